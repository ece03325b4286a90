import type { Stats } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { SpendError } from '../../domain/errors.ts';
import { globFromPattern, isGlob } from './glob.ts';
import { isBesideLogs, isLogName } from './log-name.ts';
import { absoluteSource, sourceNotFound } from './path.ts';
import type { Listing, LogFile } from './store.ts';
import { DISK, type Disk, type Walked, walk } from './walk.ts';

/**
 * Lists the log files of a source: one file, a folder (searched to the bottom) or a glob.
 * @throws SpendError SOURCE_NOT_FOUND
 */
export async function discover(source: string, disk: Disk = DISK): Promise<Listing> {
  const path = absoluteSource(source);
  const stats = await disk.stat(path).catch(() => undefined);
  if (stats?.isFile())
    return listed(join(dirname(path)), { files: [{ path, stats }], unread: [], passed: 0 }, () => true);
  if (stats?.isDirectory()) return listed(path, await walked(path, source, disk), isLogName);
  if (!isGlob(source)) throw sourceNotFound(`There is no file or folder ${source}.`);
  const { root, matches, mayHold } = globFromPattern(path);
  const below = (file: string) => relative(root, file).replaceAll(sep, '/');
  const all = await walked(root, source, disk, (folder) => mayHold(below(folder)));
  const files = all.files.filter((file) => matches(below(file.path)));
  if (files.length === 0 && all.unread.length === 0) throw sourceNotFound(`No file matches ${source}.`);
  return listed(root, { ...all, files, passed: 0 }, isLogName);
}

/** @throws SpendError SOURCE_NOT_FOUND for a folder that may not be looked into itself: it would pass for an empty one */
async function walked(root: string, source: string, disk: Disk, mayHold = (_: string) => true): Promise<Walked> {
  const all = await walk(root, disk, mayHold).catch((cause) => {
    throw sourceNotFound(`There is no folder ${root}.`, cause);
  });
  const own = all.unread.find(({ path }) => path === root);
  if (own === undefined) return all;
  throw new SpendError(
    'SOURCE_NOT_FOUND',
    `The folder ${source} cannot be read (${own.code}). Its permissions must let this user list and enter it.`,
  );
}

function listed(root: string, { files, unread, passed }: Walked, isLog: (name: string) => boolean): Listing {
  const logs = files.filter(({ path }) => isLog(path) && !isBesideLogs(path));
  const start = join(root, sep);
  return {
    root: start,
    files: logs.map(({ path, stats }) => fileFromStats(path, stats)),
    skipped: files.length - logs.length + passed,
    unread: unread.map(({ path, code }) => ({ path: relative(root, path), reason: `cannot be looked into (${code})` })),
    requests: 0,
  };
}

function fileFromStats(path: string, stats: Stats): LogFile {
  return { name: path, size: stats.size, version: String(stats.mtimeMs) };
}
