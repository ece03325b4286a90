import { type FileHandle, open } from 'node:fs/promises';
import type { ClientIdentity } from '../authentication/client-identity.ts';
import { SpendError } from '../domain/errors.ts';
import { shortened } from '../domain/printable.ts';
import { createTurns } from '../domain/turns.ts';

/** Who asked what, and how it went; never the answer. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  at: number;
  client: ClientIdentity | undefined;
  /** Of the policy. */
  rule: string;
  method: 'tools/call' | 'resources/read';
  /** The tool's name or the resource's URI. */
  target: string;
  input: unknown;
  /** `ok`, an error's code, or `internal error REFERENCE`. */
  outcome: string;
  ms: number;
  /** Of the report. */
  rows?: number | undefined;
}

export type Audit = (entry: AuditEntry) => void;

/** One line of JSON in plain ASCII: whatever an input holds, it can neither begin a line nor steer a terminal. */
export function auditLine({ at, client, rule, method, target, input, outcome, ms, rows }: AuditEntry): string {
  const fields = {
    audit: 1,
    time: new Date(at).toISOString(),
    principal: client?.principal ?? null,
    name: client?.name ?? null,
    rule,
    method,
    target,
    input: cut(input),
    outcome,
    ms: Math.round(ms),
    ...(rows === undefined ? {} : { rows }),
  };
  return JSON.stringify(fields).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Longer texts and lists are cut: a line is for reading, and one client must not fill the disk. */
const MOST_CHARACTERS = 200;
const MOST_ITEMS = 50;

function cut(value: unknown): unknown {
  if (typeof value === 'string') return shortened(value, MOST_CHARACTERS);
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(cut);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ITEMS)
      .map(([name, inner]) => [cut(name), cut(inner)]),
  );
}

/**
 * Where audit lines go: to the server's log, or to a file that only its owner can read.
 * @throws SpendError INVALID_SETTING when the file cannot be written
 */
export async function openAudit(setting: string, log: (line: string) => void): Promise<Audit> {
  if (setting === 'log') return (entry) => log(auditLine(entry));
  const file = await open(setting, 'a', 0o600).catch(async (cause: NodeJS.ErrnoException) => {
    const { fromSystem } = await import('../domain/system-error.ts');
    const refused = fromSystem(cause, `The audit file ${setting}`);
    if (refused instanceof SpendError) throw refused;
    throw new SpendError('INVALID_SETTING', `The audit file ${setting} cannot be written (${cause.code}).`, { cause });
  });
  return lineWriter(file, (line, error) => log(`audit: ${error.message}; the line: ${line}`));
}

/** Writes lines one after the other. One that cannot be written is told, and the next is tried again: a full disk is full for a time. */
function lineWriter(file: Pick<FileHandle, 'appendFile'>, onLost: (line: string, error: Error) => void): Audit {
  const inTurn = createTurns();
  /** A line that failed may stand there in part. */
  let begin = '';
  return (entry) => {
    const line = auditLine(entry);
    void inTurn(async () => {
      try {
        await file.appendFile(`${begin}${line}\n`);
        begin = '';
      } catch (error) {
        begin = '\n';
        onLost(line, error as Error);
      }
    });
  };
}
