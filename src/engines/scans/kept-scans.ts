import type { Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import type { Scan } from './scan.ts';
import type { ScanResult } from './scan-result.ts';

/** What one scan found. */
export interface KeptScan {
  scan: Scan;
  found: ScanResult;
  /** When it was asked, epoch milliseconds. */
  at: number;
  /** The part of it that other instances may have found; only who has these rights is answered from it. */
  shared?: { until: number; since: number; rights: Work['rights'] } | undefined;
}

/** What one engine keeps. */
export interface KeptScans {
  /** The newest that meets the condition. */
  find(meets: (kept: KeptScan) => boolean): KeptScan | undefined;
  add(kept: KeptScan): void;
  /** Gives up what does not meet the condition. */
  retain(meets: (kept: KeptScan) => boolean): void;
  /** Gives up everything, and what comes later. */
  close(): void;
}

/** One bound for all engines of a process: a server can have a dozen, one for each log group that its clients name. */
const MOST_BYTES = 128 * 1024 * 1024;

/** A group, and a character of those of its texts that can be long, as measured on Node 24's heap. */
const GROUP_BYTES = 1000;
const CHARACTER_BYTES = 2;

/** Keeps what engines found. The oldest of any engine goes first; the newest stays whatever its size, since looking again costs. */
export function createKeptPool(mostBytes = MOST_BYTES) {
  let kept: { owner: object; entry: KeptScan; bytes: number }[] = [];

  const open = (): KeptScans => {
    const owner = {};
    let closed = false;
    const retain: KeptScans['retain'] = (meets) => {
      kept = kept.filter((one) => one.owner !== owner || meets(one.entry));
    };
    return {
      find: (meets) => kept.findLast((one) => one.owner === owner && meets(one.entry))?.entry,
      add(entry) {
        if (closed) return;
        kept.push({ owner, entry, bytes: bytesOf(entry.found.groups) });
        let sum = kept.reduce((total, { bytes }) => total + bytes, 0);
        while (kept.length > 1 && sum > mostBytes) sum -= kept.shift()?.bytes ?? 0;
      },
      retain,
      close() {
        closed = true;
        retain(() => false);
      },
    };
  };
  return { open };
}

export type KeptPool = ReturnType<typeof createKeptPool>;

/** The pool of this process. */
export const KEPT_SCANS = createKeptPool();

export function bytesOf(groups: readonly InvocationGroup[]): number {
  return groups.reduce((sum, group) => sum + GROUP_BYTES + CHARACTER_BYTES * charactersOf(group), 0);
}

function charactersOf({ modelId, attributes: { caller = '', metadata } }: InvocationGroup): number {
  let characters = modelId.length + caller.length;
  for (const key in metadata) characters += key.length + String(metadata[key]).length;
  return characters;
}
