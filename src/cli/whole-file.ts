import { randomUUID } from 'node:crypto';
import { access, constants, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SpendError } from '../domain/errors.ts';
import { fromSystem } from '../domain/system-error.ts';

/** Codes of a name at which there can be no file: another one will do. */
const WRONG_NAME = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP']);

/**
 * Writes a file that somebody named, beside its place: what stood there stays until all of the new one is there, and of one that fails
 * nothing is left. What is no file, such as /dev/stdout, and a file in a folder that takes no others are written themselves.
 * @throws SpendError INVALID_ARGUMENT for a name that cannot be one, SYSTEM_REFUSED that says what to do
 */
export async function writeWhole(file: string, write: (path: string) => Promise<unknown>): Promise<void> {
  // A link goes on to lead there.
  const place = await realpath(file).catch(() => file);
  const draft = (await isReplaceable(place)) ? `${place}.${randomUUID()}` : place;
  try {
    await write(draft);
    if (draft !== place) await rename(draft, place);
  } catch (error) {
    if (draft !== place) await rm(draft, { force: true }).catch(() => {});
    throw told(error, draft, file);
  }
}

/** Also what is not there yet. */
async function isReplaceable(place: string): Promise<boolean> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return true;
  const isOpen = await access(dirname(place), constants.W_OK).then(
    () => true,
    () => false,
  );
  return found.isFile() && isOpen;
}

function told(error: unknown, draft: string, file: string): unknown {
  if (error instanceof SpendError)
    return new SpendError(error.code, error.message.replaceAll(draft, file), { cause: error });
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!WRONG_NAME.has(code)) return fromSystem(error, file);
  return new SpendError('INVALID_ARGUMENT', `${file} cannot be written (${code}). Name another file.`, {
    cause: error,
  });
}
