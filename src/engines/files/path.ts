import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { SpendError } from '../../domain/errors.ts';
import { printableLine } from '../../domain/printable.ts';

/** Absolute path or pattern of a source; `~` is the home folder. */
export function absoluteSource(source: string): string {
  return resolve(source.replace(/^~(?=$|[\\/])/, homedir()));
}

/**
 * Says at the start what a host would else hear at its first question. A pattern may match later.
 * @throws SpendError SOURCE_NOT_FOUND
 */
export function checkPath(source: string): void {
  if (/[*?[\]{}()!]/.test(source) || existsSync(absoluteSource(source))) return;
  throw sourceNotFound(`There is no file or folder ${source}.`);
}

export function sourceNotFound(what: string, cause?: unknown): SpendError {
  const advice = 'Give a folder of Bedrock invocation logs, a file or a glob.';
  return new SpendError('SOURCE_NOT_FOUND', printableLine(`${what} ${advice}`), { cause });
}
