import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { SpendError } from '../domain/errors.ts';
import type { KeyRecord } from './keys.ts';

const fileSchema = z.object({
  version: z.literal(1),
  keys: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
      createdAt: z.iso.datetime(),
      expiresAt: z.iso.datetime().optional(),
      ratePerMinute: z.int().positive().optional(),
    }),
  ),
});

/** How long a change waits for another one to end. */
const CHANGE_WAIT_MS = 2_000;

/** Whether there is a key file, with or without keys in it. */
export async function hasKeyFile(path: string): Promise<boolean> {
  return (await state(path)) !== undefined;
}

/** The keys in a file; none where there is no file. @throws SpendError INVALID_SETTING when it cannot be trusted or read */
export async function readKeys(path: string): Promise<KeyRecord[]> {
  const found = await state(path);
  return found === undefined ? [] : parseKeys(path);
}

/** Reads a key file again only when it has changed, so that a revoked key stops at once and an unchanged file costs nothing. */
export function createKeyReader(path: string): () => Promise<readonly KeyRecord[]> {
  let known: { version: string; keys: readonly KeyRecord[] } | undefined;
  return async () => {
    const found = await state(path);
    if (found === undefined) return [];
    // Every change is a new file, so its number changes even where the clock is coarse.
    const version = [found.ino, found.mtimeMs, found.size, found.uid, found.mode].join(' ');
    if (known?.version !== version) known = { version, keys: await parseKeys(path) };
    return known.keys;
  };
}

/**
 * Changes the keys in a file. Readers see the keys before or after, never half of them, and two changes follow each other.
 * @throws SpendError INVALID_SETTING
 */
export async function changeKeys(path: string, change: (keys: KeyRecord[]) => KeyRecord[]): Promise<void> {
  const { fromSystem, writing } = await import('../domain/system-error.ts');
  const { makeFolder } = await import('../own-files.ts');
  const { checkTrusted } = await import('./trusted-file.ts');
  await writing(path, () => makeFolder(dirname(path)));
  // The new file is the lock as well: it can be made once.
  const next = `${path}.new`;
  const file = await openOnce(next).catch((cause) => {
    const refused = fromSystem(cause, path);
    throw refused instanceof SpendError ? refused : unusable(path, `cannot be written (${cause.code})`, cause);
  });
  try {
    // A file that whoever reads it would refuse is not made; it stands where the new one does.
    await checkTrusted(next, path);
    const keys = change(await readKeys(path));
    await writing(path, async () => {
      await file.writeFile(`${JSON.stringify({ version: 1, keys }, null, 2)}\n`);
      await file.sync();
      await file.close();
      await rename(next, path);
    });
  } catch (error) {
    await file.close();
    await rm(next, { force: true });
    throw error;
  }
}

async function openOnce(path: string) {
  const deadline = Date.now() + CHANGE_WAIT_MS;
  for (;;) {
    try {
      return await open(path, 'wx', 0o600);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw cause;
      if (Date.now() > deadline)
        throw unusable(path, 'is there already: another command is changing keys, or one was killed; then delete it');
    }
    await sleep(20);
  }
}

async function parseKeys(path: string): Promise<KeyRecord[]> {
  const { checkTrusted } = await import('./trusted-file.ts');
  await checkTrusted(path);
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).keys;
  } catch (cause) {
    throw unusable(path, 'is no key file: make one with "bedrock-spend keys create NAME --keys FILE"', cause);
  }
}

async function state(path: string) {
  return stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw unusable(path, `cannot be read (${cause.code})`, cause);
  });
}

function unusable(path: string, why: string, cause?: unknown): SpendError {
  return new SpendError('INVALID_SETTING', `${path} ${why}.`, { cause });
}
