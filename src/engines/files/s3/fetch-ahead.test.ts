import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/helpers/log-files.ts';
import type { Supplied, Supply } from '../store.ts';
import { type FetchFile, fetchAhead } from './fetch-ahead.ts';

const MEGABYTE = 1024 * 1024;

let folder: string;
let stop: AbortController;
/** Most files there were in the folder at once. */
let most: number;

beforeEach(async () => {
  folder = join(await temporaryFolder(), 'fetched');
  stop = new AbortController();
  most = 0;
});

/** Writes the file's name, after a while that differs from file to file. */
const fetchFile: FetchFile = async ({ name, size }, path) => {
  await sleep(size % 7);
  await writeFile(path, name);
  most = Math.max(most, (await readdir(folder)).length);
  return undefined;
};

function filesOf(count: number, size = (index: number) => index) {
  return Array.from({ length: count }, (_, index) => ({ name: `f${index}`, size: size(index), version: '1' }));
}

/** Takes what comes, as one of several readers would. */
async function readOn(supply: Supply): Promise<string[]> {
  const names: string[] = [];
  for (let next = await supply.next(); next; next = await supply.next()) {
    if (!('path' in next)) continue;
    names.push(await readFile(next.path, 'utf8'));
    await sleep(1);
    await next.done();
  }
  return names;
}

function pathOf(supplied: Supplied | undefined): string {
  if (supplied === undefined || !('path' in supplied)) throw new Error('no file');
  return supplied.path;
}

describe('fetching ahead', () => {
  it.each([1, 12])('brings every file once, never more than 32 at a time, to %i readers', async (readers) => {
    const files = filesOf(200);
    const supply = await fetchAhead(files, folder, fetchFile, stop.signal);
    const read = await Promise.all(Array.from({ length: readers }, () => readOn(supply)));
    expect(read.flat().sort()).toEqual(files.map(({ name }) => name).sort());
    expect(most).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(32);
    await supply.close();
  });

  it('keeps 128 MB at a time, or one larger file alone', async () => {
    const sizes = [60, 60, 60, 500, 60];
    const supply = await fetchAhead(
      filesOf(5, (index) => (sizes[index] as number) * MEGABYTE),
      folder,
      fetchFile,
      stop.signal,
    );
    const [first, second] = [await supply.next(), await supply.next()];
    const third = supply.next();
    expect(await Promise.race([third, sleep(30, 'waiting')])).toBe('waiting');
    for (const supplied of [first, second]) if (supplied && 'path' in supplied) await supplied.done();
    expect((await third)?.file.name).toBe('f2');
    expect(most).toBe(2);
    const rest = third.then(async (supplied) => {
      if (supplied && 'path' in supplied) await supplied.done();
      return readOn(supply);
    });
    expect(await rest).toEqual(['f3', 'f4']);
    expect(most).toBe(2);
    await supply.close();
  });

  it('goes on past files that cannot be had, and says which and why', async () => {
    const some: FetchFile = async (file, path, signal) =>
      file.size % 2 ? fetchFile(file, path, signal) : ('gone' as const);
    const supply = await fetchAhead(filesOf(100), folder, some, stop.signal);
    const lacking: string[] = [];
    for (let next = await supply.next(); next; next = await supply.next()) {
      if ('lack' in next) lacking.push(`${next.file.name} ${next.lack}`);
      else await next.done();
    }
    expect(lacking).toHaveLength(50);
    expect(lacking[1]).toBe('f2 gone');
    await supply.close();
  });

  it('fails where a file cannot be fetched', async () => {
    const failing: FetchFile = async ({ size }) => {
      if (size === 3) throw new Error('denied');
      return undefined;
    };
    const supply = await fetchAhead(filesOf(10), folder, failing, stop.signal);
    for (let index = 0; index < 3; index++) await supply.next();
    await expect(supply.next()).rejects.toThrow('denied');
    await supply.close();
  });

  it('ends with its signal, and takes its files away only when it is closed', async () => {
    const supply = await fetchAhead(filesOf(100), folder, fetchFile, stop.signal);
    const path = pathOf(await supply.next());
    stop.abort();
    expect(await supply.next()).toBeUndefined();
    expect(await readFile(path, 'utf8')).toBe('f0');
    await supply.close();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it('wakes a reader that waits for room when it ends', async () => {
    const supply = await fetchAhead(
      filesOf(2, () => 500 * MEGABYTE),
      folder,
      fetchFile,
      stop.signal,
    );
    await supply.next();
    const waiting = supply.next();
    stop.abort();
    expect(await waiting).toBeUndefined();
    await supply.close();
  });

  it('removes what a killed process left, in a folder that only its owner can open', async () => {
    await mkdir(folder, { mode: 0o755 });
    await writeFile(join(folder, 'left'), 'over');
    const supply = await fetchAhead([], folder, fetchFile, stop.signal);
    expect(await readdir(folder)).toEqual([]);
    expect(((await stat(folder)).mode & 0o777).toString(8)).toBe('700');
    await supply.close();
  });
});
