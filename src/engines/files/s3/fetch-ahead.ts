import { unlinkSync } from 'node:fs';
import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../own-files.ts';
import type { Lack, LogFile, Supplied, Supply } from '../store.ts';
import { SMALL_BYTES } from './fetch-object.ts';

/**
 * Files on their way, waiting to be read or being read at any time. Most objects are small, so the time to the first byte
 * (tens of milliseconds) is what there is to wait for; a connection each stays below the SDK's 50.
 */
export const MOST_FILES = 32;

/** A larger object has the disk to itself. Lambda's /tmp has 512 MB. */
const MOST_BYTES = 128 * 1024 * 1024;

/** Brings a file to a path. @returns why it could not be had, or undefined */
export type FetchFile = (file: LogFile, path: string, signal: AbortSignal) => Promise<Lack | undefined>;

/**
 * Fetches files while others are read, in their order, and never has more than a few of them on the disk.
 * @param folder is emptied first: a process that was killed leaves files in it
 */
export async function fetchAhead(
  files: readonly LogFile[],
  folder: string,
  fetchFile: FetchFile,
  signal: AbortSignal,
): Promise<Supply> {
  const queue = [...files].reverse();
  /** In the order of the files; not taken yet. */
  const ahead: Promise<Supplied>[] = [];
  const fetching = new Set<Promise<unknown>>();
  const held = { files: 0, bytes: 0 };
  let fetched = 0;
  let freed = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => freed.resolve(), { once: true });

  function hasRoom(file: LogFile): boolean {
    return held.files === 0 || (held.files < MOST_FILES && held.bytes + file.size <= MOST_BYTES);
  }

  function fetchMore(): void {
    for (let file = queue.at(-1); file && !signal.aborted && hasRoom(file); file = queue.at(-1)) {
      queue.pop();
      held.files++;
      held.bytes += file.size;
      const supplied = fetchOne(file);
      ahead.push(supplied);
      fetching.add(supplied);
      // Whoever takes it is told when it fails.
      supplied.catch(() => {}).finally(() => fetching.delete(supplied));
    }
  }

  async function fetchOne(file: LogFile): Promise<Supplied> {
    const path = join(folder, String(fetched++));
    const lack = await fetchFile(file, path, signal);
    if (lack === undefined) return { file, path, done: () => remove(file, path) };
    await rm(path, { force: true });
    free(file);
    return { file, lack };
  }

  async function remove(file: LogFile, path: string): Promise<void> {
    if (file.size <= SMALL_BYTES) unlinkSync(path);
    else await unlink(path);
    free(file);
  }

  function free(file: LogFile): void {
    held.files--;
    held.bytes -= file.size;
    fetchMore();
    freed.resolve();
    freed = Promise.withResolvers();
  }

  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder);
  return {
    async next() {
      fetchMore();
      while (ahead.length === 0 && queue.length > 0 && !signal.aborted) await freed.promise;
      return signal.aborted ? undefined : ahead.shift();
    },
    async close() {
      await Promise.allSettled(fetching);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
