import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const MOST_LINES = 1000;

export interface History {
  /** Newest first, as readline wants them. */
  readonly lines: string[];
  add(line: string): void;
}

/** What was typed, in a file that only its user can read. */
export function openHistory(path: string): History {
  const lines = read(path).slice(-MOST_LINES);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch {
    // A folder that cannot be written to costs the history, not the shell.
    return { lines: [], add: () => {} };
  }
  return {
    lines: lines.toReversed(),
    add(line) {
      if (!isKept(line)) return;
      try {
        appendFileSync(path, `${line}\n`, { mode: 0o600 });
      } catch {
        // Nor does a disk that has become full.
      }
    },
  };
}

/** Not what begins with a space, as in other shells, nor what looks like it holds a secret. */
export function isKept(line: string): boolean {
  return !/^\s|^$/.test(line) && !/(key|token|secret|password|authorization)\w*["']?\s*[=:]|\bbearer\s/i.test(line);
}

function read(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
