import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SpendError } from '../domain/errors.ts';

/** Permission bits of everybody but the owner to write. */
const WRITABLE_BY_OTHERS = 0o022;

/** Where it is set, nobody can take away or replace what is another's: https://man7.org/linux/man-pages/man7/inode.7.html */
const STICKY = 0o1000;

/**
 * Refuses a file that decides who may do what when another user could change it or put another one in its place; as `StrictModes` of
 * sshd does, https://man.openbsd.org/sshd_config#StrictModes. Windows has neither owners nor modes that would tell.
 * @param name the file's in messages, where it is about to be another
 * @throws SpendError INVALID_SETTING that says what to do; ErrnoException where the file cannot be looked at
 */
export async function checkTrusted(path: string, name = path, self = process.getuid?.()): Promise<void> {
  if (self === undefined) return;
  const given = resolve(path);
  const real = await realpath(given);
  const file = await stat(real);
  const wrong = (what: string, why: string, remedy: string) =>
    new SpendError('INVALID_SETTING', `${name} cannot be trusted: ${what} ${why}: ${remedy}.`);
  const isOwn = (uid: number) => uid === self || uid === 0;
  if (!isOwn(file.uid))
    throw wrong('it', `belongs to user ${file.uid}, who could change it`, `chown it to ${userText(self)}`);
  if ((file.mode & WRITABLE_BY_OTHERS) !== 0) throw wrong('it', 'can be written by others', `chmod go-w ${real}`);
  // The link and what it leads to can each be replaced.
  for (const folder of new Set([...foldersOf(given), ...foldersOf(real)])) {
    const { uid, mode } = await stat(folder);
    const instead = 'who could put another file in its place';
    if (!isOwn(uid)) throw wrong(folder, `belongs to user ${uid}, ${instead}`, 'move the file to a folder of your own');
    if ((mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0)
      throw wrong(folder, `can be written by others, ${instead}`, `chmod go-w ${folder}`);
  }
}

function userText(uid: number): string {
  return uid === 0 ? 'root, who runs this' : `user ${uid}, who runs this, or to root`;
}

/** From the nearest to the root. */
function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersOf(folder)];
}
