import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder that only its owner can look into, and those above it, as far as they are not there. Node's own way (v24) never ends
 * where a file system makes no folders (/proc), and says ENOENT of one that is read-only.
 * @throws Node's error for the folder that could not be made
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(unlessThere);
  }
}

/** Another process was first. */
function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/**
 * Puts a file in place at once, readable by its owner alone: a crash leaves the old one or the new one, and nobody reads half of it.
 * @throws Node's error when it cannot be written; nothing is left of it then
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await makeFolder(dirname(path));
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    // Whatever the mask takes away.
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
