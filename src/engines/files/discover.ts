import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { SpendError } from '../../domain/errors.ts';

/** One log file as it is now. A change of size or modification time means its records must be read again. */
export interface LogFile {
  /** Absolute. */
  path: string;
  size: number;
  mtimeMs: number;
}

export interface Discovery {
  /** What relative names are relative to. */
  root: string;
  files: LogFile[];
  /** Side objects under data/ and permission-check markers, which hold no records. */
  skipped: number;
}

const LOG_NAME = /\.(json|jsonl|ndjson|log)(\.gz)?$/;

/** What AWS writes beside the logs: bodies over 100 KB under `data/`, and an empty marker when logging is switched on. */
function isSideObject(path: string): boolean {
  return path.split(sep).slice(0, -1).includes('data') || basename(path) === 'amazon-bedrock-logs-permission-check';
}

/** Absolute path or pattern of a source; `~` is the home folder. */
export function absoluteSource(source: string): string {
  return resolve(source.replace(/^~(?=$|[\\/])/, homedir()));
}

/**
 * Lists the log files of a source: one file, a folder (searched to the bottom) or a glob.
 * @throws SpendError SOURCE_NOT_FOUND
 */
export async function discover(source: string): Promise<Discovery> {
  const path = absoluteSource(source);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile()) return { root: dirname(path), files: [fileFromStats(path, stats)], skipped: 0 };
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

async function listed(root: string, paths: string[], source: string): Promise<Discovery> {
  const found = paths.map((path) => resolve(path));
  const side = found.filter((path) => isSideObject(relative(root, path)));
  const logs = found.filter((path) => LOG_NAME.test(path) && !isSideObject(relative(root, path))).sort();
  if (logs.length === 0) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      `No log files in ${source}: ${found.length} files there, none of them .json, .jsonl or .json.gz outside data/. Point at the folder that holds AWSLogs/, or at the files.`,
    );
  }
  const files = await Promise.all(logs.map(async (path) => ({ path, stats: await stat(path).catch(() => undefined) })));
  return {
    root,
    files: files.flatMap(({ path, stats }) => (stats ? [fileFromStats(path, stats)] : [])),
    skipped: side.length,
  };
}

function fileFromStats(path: string, stats: { size: number; mtimeMs: number }): LogFile {
  return { path, size: stats.size, mtimeMs: stats.mtimeMs };
}

/** The folder above the first path part with a wildcard. */
function fixedPart(pattern: string): string {
  const parts = pattern.split(/[\\/]/);
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return join('/', ...parts.slice(0, first));
}
