import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { SpendError } from '../../domain/errors.ts';
import { isLogName, isSideObject } from './log-name.ts';
import type { Listing, LogFile } from './store.ts';

/** Absolute path or pattern of a source; `~` is the home folder. */
export function absoluteSource(source: string): string {
  return resolve(source.replace(/^~(?=$|[\\/])/, homedir()));
}

/**
 * Lists the log files of a source: one file, a folder (searched to the bottom) or a glob.
 * @throws SpendError SOURCE_NOT_FOUND
 */
export async function discover(source: string): Promise<Listing> {
  const path = absoluteSource(source);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile())
    return { root: join(dirname(path), sep), files: [fileFromStats(path, stats)], skipped: 0, requests: 0 };
  if (stats?.isDirectory()) await checkReadable(path, source);
  if (stats?.isDirectory()) return listed(path, await glob('**/*', { cwd: path, absolute: true, dot: false }), source);
  if (isDynamicPattern(source)) {
    const root = fixedPart(path);
    return listed(root, await glob(relative(root, path), { cwd: root, absolute: true }), source);
  }
  throw new SpendError(
    'SOURCE_NOT_FOUND',
    `There is no file or folder ${source}. Give a folder of Bedrock invocation logs, a file or a glob.`,
  );
}

/** A folder that may not be looked into would pass for an empty one. @throws SpendError SOURCE_NOT_FOUND */
async function checkReadable(path: string, source: string): Promise<void> {
  await readdir(path).catch((cause) => {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      `The folder ${source} cannot be read (${cause.code}). Its permissions must let this user list and enter it.`,
      { cause },
    );
  });
}

async function listed(root: string, paths: string[], source: string): Promise<Listing> {
  const found = paths.map((path) => resolve(path));
  const isSide = (path: string) => isSideObject(relative(root, path).split(sep));
  const side = found.filter(isSide);
  const logs = found.filter((path) => isLogName(path) && !isSide(path)).sort();
  if (logs.length === 0) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      `No log files in ${source}: ${found.length} files there, none of them .json, .jsonl or .json.gz outside data/. Point at the folder that holds AWSLogs/, or at the files.`,
    );
  }
  const files = await Promise.all(logs.map(async (path) => ({ path, stats: await stat(path).catch(() => undefined) })));
  return {
    root: join(root, sep),
    files: files.flatMap(({ path, stats }) => (stats ? [fileFromStats(path, stats)] : [])),
    skipped: side.length,
    requests: 0,
  };
}

function fileFromStats(path: string, stats: { size: number; mtimeMs: number }): LogFile {
  return { name: path, size: stats.size, version: String(stats.mtimeMs) };
}

/** The folder above the first path part with a wildcard. */
function fixedPart(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return join('/', ...parts.slice(0, first));
}
