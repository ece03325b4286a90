import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/helpers/log-files.ts';
import { makeFolder, replaceFile } from './own-files.ts';

describe('a folder', () => {
  it('is made with those above it, for its owner alone, also when it is there', async () => {
    const path = join(await temporaryFolder(), 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path)]);
    await makeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform !== 'linux')('that cannot be made is told, and not tried for ever', async () => {
    await expect(makeFolder('/proc/bedrock-spend/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(makeFolder('/dev/null/a/b')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('a file that is replaced', () => {
  it('is whole, and its owner’s alone', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'new', 'file');
    await replaceFile(path, 'first');
    await replaceFile(path, 'second');
    expect(await readFile(path, 'utf8')).toBe('second');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing when it cannot be written', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'taken'));
    await expect(replaceFile(join(folder, 'taken'), 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(await readdir(folder)).toEqual(['taken']);
  });
});
