import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { changeKeys, createKeyReader, hasKeyFile, readKeys } from './key-file.ts';
import { makeKey } from './keys.ts';

let path: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'key-file-'));
  path = join(folder, 'config/keys.json');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const record = (name: string) => makeKey({ name }, Date.now()).record;
const add = (name: string) => changeKeys(path, (keys) => [...keys, record(name)]);
const names = async () => (await readKeys(path)).map(({ name }) => name);

describe('the key file', () => {
  it('keeps what was added, for its owner alone', async () => {
    expect(await hasKeyFile(path)).toBe(false);
    expect(await readKeys(path)).toEqual([]);
    const kept = makeKey({ name: 'ada', expiresAt: '2027-01-01T00:00:00.000Z', ratePerMinute: 60 }, Date.now()).record;
    await changeKeys(path, () => [kept]);
    expect(await readKeys(path)).toEqual([kept]);
    expect(await hasKeyFile(path)).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
  });

  it('loses no change of several at once', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(add));
    expect((await names()).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await readdir(dirname(path))).toEqual(['keys.json']);
  });

  it('stays as it was when a change fails', async () => {
    await add('ada');
    const failing = changeKeys(path, () => {
      throw new Error('no such key');
    });
    await expect(failing).rejects.toThrow('no such key');
    expect(await names()).toEqual(['ada']);
    await add('bob');
    expect(await names()).toEqual(['ada', 'bob']);
  });

  it('says what to do about a change that was killed', { timeout: 10_000 }, async () => {
    await add('ada');
    await writeFile(`${path}.new`, '');
    await expect(add('bob')).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringContaining(`${path}.new is there already`),
    });
  });

  it.each(['', '{}', '{"version":2,"keys":[]}', '{"version":1,"keys":[{"id":"x","name":"y","hash":"z"}]}'])(
    'is refused when it holds %j',
    async (text) => {
      await add('ada');
      await writeFile(path, text);
      await expect(readKeys(path)).rejects.toMatchObject({ code: 'INVALID_SETTING' });
    },
  );

  it('is not made where whoever reads it would refuse it', async () => {
    await add('ada');
    await chmod(dirname(path), 0o777);
    await rm(path);
    await expect(add('bob')).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringMatching(/keys\.json cannot be trusted: .*config can be written by others.*chmod go-w/),
    });
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux').each([
    ['/sys/keys.json', /^\/sys\/keys\.json: this user may not \(E\w+\)\. Give this user/],
    ['/proc/keys.json', /^\/proc\/keys\.json cannot be written \(ENOENT\)\.$/],
  ])('is called by its own name where it cannot be written: %s', async (file, words) => {
    await expect(changeKeys(file, (keys) => keys)).rejects.toThrow(words);
  });

  it.each([0o660, 0o606, 0o622])('is refused when others could add keys (%o)', async (mode) => {
    await add('ada');
    await chmod(path, mode);
    await expect(readKeys(path)).rejects.toThrow(/chmod go-w/);
  });

  it('is refused by who reads on, once others could add keys', async () => {
    const read = createKeyReader(path);
    await add('ada');
    expect(await read()).toHaveLength(1);
    await chmod(path, 0o666);
    await expect(read()).rejects.toThrow(/chmod go-w/);
  });
});

describe('a reader of keys', () => {
  it('sees each change at once, and the end of the file', async () => {
    const read = createKeyReader(path);
    expect(await read()).toEqual([]);
    await add('ada');
    const first = await read();
    expect(first).toHaveLength(1);
    expect(await read()).toBe(first);
    // Of the same size, in the same millisecond.
    await changeKeys(path, () => [record('bob')]);
    expect((await read()).map(({ name }) => name)).toEqual(['bob']);
    await changeKeys(path, () => []);
    expect(await read()).toEqual([]);
    await rm(path);
    expect(await read()).toEqual([]);
  });
});
