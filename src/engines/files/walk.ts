import { type Dirent, promises, type Stats } from 'node:fs';
import { join } from 'node:path';

/** What is asked of the file system. */
export interface Disk {
  readdir(path: string, options: { withFileTypes: true }): Promise<Dirent[]>;
  stat(path: string): Promise<Stats>;
}

export const DISK: Disk = promises;

export interface Walked {
  files: { path: string; stats: Stats }[];
  /** What could not be looked at, with the system's code for why. */
  unread: { path: string; code: string }[];
  /** Entries that are no files to be read: hidden ones, links to nothing, pipes and devices. */
  passed: number;
}

/** Links can lead to one folder under as many names as there are paths of links; more than this say nothing new. */
const MOST_NAMES = 8;

/**
 * Everything below a folder. What cannot be looked at is named, and everything beside it is found. Links are followed, but not back to
 * a folder that they are in.
 * @param mayHold whether a folder, by its path, is to be entered
 */
export async function walk(root: string, disk: Disk, mayHold: (folder: string) => boolean): Promise<Walked> {
  const walked: Walked = { files: [], unread: [], passed: 0 };
  const visits = new Map<string, number>();

  async function enter(folder: string, stats: Stats, above: readonly string[]): Promise<void> {
    const id = `${stats.dev}:${stats.ino}`;
    const visit = (visits.get(id) ?? 0) + 1;
    visits.set(id, visit);
    if (above.includes(id) || visit > MOST_NAMES) return;
    const entries = await disk.readdir(folder, { withFileTypes: true }).catch((error) => fail(folder, error));
    await Promise.all((entries ?? []).map((entry) => look(join(folder, entry.name), entry, [...above, id])));
  }

  async function look(path: string, entry: Dirent, above: readonly string[]): Promise<void> {
    const isHidden = entry.name.startsWith('.');
    const stats = isHidden ? undefined : await disk.stat(path).catch((error) => failEntry(path, entry, error));
    if (stats?.isFile()) walked.files.push({ path, stats });
    else if (stats?.isDirectory()) await (mayHold(path) ? enter(path, stats, above) : undefined);
    else if (isHidden || stats) walked.passed++;
  }

  function fail(path: string, { code = 'unknown' }: NodeJS.ErrnoException): undefined {
    // What went since it was listed is not there, which is no failure.
    if (code !== 'ENOENT') walked.unread.push({ path, code });
  }

  /** A link that leads nowhere, or to itself, is no file. */
  function failEntry(path: string, entry: Dirent, error: NodeJS.ErrnoException): undefined {
    if (entry.isSymbolicLink() && (error.code === 'ENOENT' || error.code === 'ELOOP')) walked.passed++;
    else fail(path, error);
  }

  await enter(root, await disk.stat(root), []);
  walked.files.sort(byPath);
  walked.unread.sort(byPath);
  return walked;
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}
