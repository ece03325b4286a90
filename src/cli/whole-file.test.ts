import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { writeWhole } from './whole-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whole-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const failing = (code: string) => async (path: string) => {
  await writeFile(path, 'half');
  throw Object.assign(new Error(`${code}: whatever`), { code });
};

it('writes a file, over an older one as well', async () => {
  const file = join(folder, 'a.csv');
  for (const text of ['old', 'new']) await writeWhole(file, (path) => writeFile(path, text));
  expect(await readFile(file, 'utf8')).toBe('new');
  expect(await readdir(folder)).toEqual(['a.csv']);
});

it('leaves nothing of one that fails, and what was there before as it was', async () => {
  const file = join(folder, 'a.csv');
  const refused = {
    code: 'SYSTEM_REFUSED',
    message: `${file}: no space is left (ENOSPC). Make room there, or name a place on another disk.`,
  };
  await expect(writeWhole(file, failing('ENOSPC'))).rejects.toMatchObject(refused);
  expect(await readdir(folder)).toEqual([]);
  await writeFile(file, 'old');
  await expect(writeWhole(file, failing('ENOSPC'))).rejects.toMatchObject(refused);
  expect(await readdir(folder)).toEqual(['a.csv']);
  expect(await readFile(file, 'utf8')).toBe('old');
});

it.each([
  ['in no folder', 'none/a.csv'],
  ['that is a folder', 'folder'],
])('asks for another name for one %s', async (_, name) => {
  await mkdir(join(folder, 'folder'));
  await expect(writeWhole(join(folder, name), (path) => writeFile(path, 'text'))).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/^\S+ cannot be written \(E\w+\)\. Name another file\.$/),
  });
});

it('writes what is no file itself', async () => {
  await writeWhole('/dev/null', (path) => writeFile(path, 'text'));
  await expect(writeWhole('/dev/full', (path) => writeFile(path, 'text'))).rejects.toMatchObject({
    code: 'SYSTEM_REFUSED',
  });
});
