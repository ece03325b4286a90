import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { callOf, deliveryFolder, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { discover } from './discover.ts';
import { absoluteSource } from './path.ts';
import { DISK, type Disk } from './walk.ts';

const HOUR = deliveryFolder(callOf());

describe('a source', () => {
  let folder: string;

  /** Names of the files found, relative to the folder. */
  async function found(source: string): Promise<string[]> {
    return (await discover(source)).files.map(({ name }) => relative(folder, name));
  }

  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFiles(folder, {
      [`${HOUR}/a.json.gz`]: [callOf()],
      [`${HOUR}/b.json`]: [callOf()],
      [`${HOUR}/data/request_input.json.gz`]: [callOf()],
      [`${HOUR}/data/request_output.json.gz`]: [callOf()],
      [`${HOUR}/data/request_input_media_00.pdf`]: [],
      'AWSLogs/111122223333/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check': [],
      'old/c.jsonl': [callOf()],
      'old/d.ndjson.gz': [callOf()],
      'old/e.log': [callOf()],
      'old/README.md': [],
      'old/.hidden/f.json': [callOf()],
    });
  });

  it('that is a folder is searched to the bottom, without side objects, markers and other files', async () => {
    const { files, skipped, root } = await discover(folder);
    expect(files.map(({ name }) => relative(folder, name))).toEqual([
      `${HOUR}/a.json.gz`,
      `${HOUR}/b.json`,
      'old/c.jsonl',
      'old/d.ndjson.gz',
      'old/e.log',
    ]);
    // Three side objects, the marker, README.md and the hidden folder.
    expect([skipped, root]).toEqual([6, `${folder}/`]);
  });

  it('has the size and time of change of each file', async () => {
    const { files } = await discover(folder);
    expect(files[0]).toEqual({
      name: join(folder, HOUR, 'a.json.gz'),
      size: expect.any(Number),
      version: expect.stringMatching(/^\d+/),
    });
  });

  it('that is one file is that file, whatever its name', async () => {
    await writeFiles(folder, { 'odd name [1].txt': [callOf()] });
    expect(await found(join(folder, 'odd name [1].txt'))).toEqual(['odd name [1].txt']);
  });

  it.each([
    ['AWSLogs/*/*/*/2026/10/14/*/*.json', [`${HOUR}/b.json`]],
    ['**/*.{jsonl,log}', ['old/c.jsonl', 'old/e.log']],
    ['old/?.ndjson.gz', ['old/d.ndjson.gz']],
    ['AWSLogs/**', [`${HOUR}/a.json.gz`, `${HOUR}/b.json`]],
  ])('that is the pattern %s holds what matches', async (pattern, expected) => {
    expect(await found(join(folder, pattern))).toEqual(expected);
  });

  it('that is a folder with signs of patterns in its name is that folder', async () => {
    await writeFiles(folder, { 'logs (copy) [2]/x.json': [callOf()] });
    expect(await found(join(folder, 'logs (copy) [2]'))).toEqual(['logs (copy) [2]/x.json']);
  });

  it('that lies below a folder named data is not a side object', async () => {
    await writeFiles(folder, { 'data/logs/x.json': [callOf()] });
    expect(await found(join(folder, 'data/logs'))).toEqual(['data/logs/x.json']);
    expect(await found(join(folder, 'data/logs/*.json'))).toEqual(['data/logs/x.json']);
  });

  it('in the home folder may be written with ~', () => {
    expect(absoluteSource('~/logs')).toBe(join(homedir(), 'logs'));
    expect(absoluteSource('~')).toBe(homedir());
    expect(absoluteSource('/logs/~x')).toBe('/logs/~x');
  });

  it('that does not exist is refused by name, with what to give instead', async () => {
    const missing = join(folder, 'nowhere');
    await expect(discover(missing)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `There is no file or folder ${missing}. Give a folder of Bedrock invocation logs, a file or a glob.`,
    });
  });

  it('is told in one line, whatever its name has', async () => {
    await expect(discover(join(folder, 'a\nb\u001b[2J'))).rejects.toThrow(
      /^There is no file or folder .*\/a\uFFFDb\uFFFD\[2J\. .*$/,
    );
  });

  it.each(['*.nothing', 'no/such/*.json'])('%s is refused when nothing is there', async (name) => {
    await expect(discover(join(folder, name))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('that is a folder with nothing in it is a source all the same', async () => {
    await mkdir(join(folder, 'empty'));
    expect(await discover(join(folder, 'empty'))).toMatchObject({ files: [], skipped: 0, unread: [] });
  });

  it('that is a pattern of folders holds what is in them', async () => {
    expect(await found(join(folder, 'o?d'))).toEqual(['old/c.jsonl', 'old/d.ndjson.gz', 'old/e.log']);
    expect(await found(join(folder, '{old,none}/**'))).toEqual(['old/c.jsonl', 'old/d.ndjson.gz', 'old/e.log']);
  });

  it('holds whatever may be a log by its name, and counts the rest', async () => {
    const logs = [
      'A.JSON.GZ',
      'aws-bedrock-modelinvocations/000000.gz',
      'bedrock-1-2026-10-05-10-00-00-abc',
      'bedrock-1-2026-10-05-10-00-00-abc.gz',
      'bedrock-1-2026-10-05-10-00-00-abc.parquet',
      'bedrock.log.1',
      'firehose.stream-1-2026-10-05-10-00-00-0f1e-2d',
      'logs-insights-results.csv',
      'tail.txt',
      'x.json.zst',
    ];
    const others = [
      '.DS_Store',
      'README.md',
      'LICENSE',
      'Makefile',
      'a.parquet',
      'b.zip',
      'c.png',
      'd.json.gz.6eF4BBF8',
    ];
    await writeFiles(
      folder,
      Object.fromEntries([...logs, ...others].map((name) => [`mixed/${name}`, Buffer.from('x')])),
    );
    const { files, skipped } = await discover(join(folder, 'mixed'));
    expect(files.map(({ name }) => relative(join(folder, 'mixed'), name))).toEqual(logs);
    expect(skipped).toBe(others.length);
  });
});

describe('a folder named data', () => {
  const BODY = '00000000-0000-4000-8000-00000000000a_input.json.gz';
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  it.each([
    'data/AWSLogs/x.json',
    'data/x.json',
    'logs/data/2026/10/05/10/x.json',
    '2026/10/05/10/data/20261005T100000Z_ab.json.gz',
  ])('that Bedrock did not make hides nothing: %s', async (name) => {
    await writeFiles(folder, { [name]: [callOf()] });
    expect(await discover(folder)).toMatchObject({ files: [{ name: join(folder, name) }], skipped: 0 });
  });

  it.each([
    '',
    '2026',
    '2026/10/05',
    '2026/10/05/10',
    '2026/10/05/10/data',
    '2026/10/05/10/data/../data',
    '2026/10/*/10/**',
  ])('beside the logs of an hour is stepped over, from wherever it is looked at: %s', async (below) => {
    await writeFiles(folder, { [`2026/10/05/10/data/${BODY}`]: [] });
    expect(await discover(`${folder}/${below}`)).toMatchObject({ files: [], skipped: 1 });
  });

  it('holds no log, even when one of its files is named', async () => {
    await writeFiles(folder, { [`2026/10/05/10/data/${BODY}`]: [] });
    expect(await discover(join(folder, '2026/10/05/10/data', BODY))).toMatchObject({ files: [], skipped: 1 });
  });
});

describe('what cannot be looked at', () => {
  let folder: string;

  /** The file system, but for these paths below the folder. */
  function diskWithout(codes: Readonly<Record<string, string>>): Disk {
    const check = (path: string) => {
      const code = codes[relative(folder, path)];
      if (code) throw Object.assign(new Error(code), { code });
    };
    return {
      readdir: async (path, options) => {
        check(path);
        return DISK.readdir(path, options);
      },
      stat: async (path) => {
        if (codes[relative(folder, path)]?.endsWith(' at once')) throw Object.assign(new Error('x'), { code: 'EIO' });
        return DISK.stat(path);
      },
    };
  }

  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFiles(folder, { 'a/x.json': [callOf()], 'b/y.json': [callOf()], 'b/deep/z.json': [callOf()] });
  });

  it('a folder is named, and its siblings are found', async () => {
    const { files, unread } = await discover(folder, diskWithout({ b: 'EACCES' }));
    expect(files.map(({ name }) => relative(folder, name))).toEqual(['a/x.json']);
    expect(unread).toEqual([{ path: 'b', reason: expect.stringContaining('EACCES') }]);
  });

  it('a file is named', async () => {
    const { files, unread } = await discover(folder, diskWithout({ 'b/y.json': 'EIO at once' }));
    expect(files.map(({ name }) => relative(folder, name))).toEqual(['a/x.json', 'b/deep/z.json']);
    expect(unread).toEqual([{ path: 'b/y.json', reason: expect.stringContaining('EIO') }]);
  });

  it('matters to a pattern only where it could match', async () => {
    const disk = diskWithout({ b: 'EACCES' });
    expect(await discover(join(folder, '*/*.json'), disk)).toMatchObject({ files: [{}], unread: [{ path: 'b' }] });
    expect(await discover(join(folder, 'a*/*.json'), disk)).toMatchObject({ files: [{}], unread: [] });
  });

  it('the source itself does not pass for an empty one', async () => {
    await expect(discover(folder, diskWithout({ '': 'EACCES' }))).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('EACCES'),
    });
  });

  it('what went while it was listed is not there', async () => {
    expect(await discover(folder, diskWithout({ 'b/deep': 'ENOENT' }))).toMatchObject({ files: [{}, {}], unread: [] });
  });
});

describe('links', () => {
  it('are followed, but not in a ring, to themselves or to nothing', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'logs/a/x.json': [callOf()], 'elsewhere/y.json': [callOf()] });
    const link = (target: string, name: string) => symlink(join(folder, target), join(folder, 'logs', name));
    await link('logs', 'a/ring');
    await link('elsewhere', 'there');
    await link('logs/self', 'self');
    await link('nowhere', 'gone.json');
    const { files, skipped, unread } = await discover(join(folder, 'logs'));
    expect(files.map(({ name }) => relative(folder, name))).toEqual(['logs/a/x.json', 'logs/there/y.json']);
    expect([skipped, unread]).toEqual([2, []]);
    expect((await discover(join(folder, 'logs/**/*.json'))).files).toHaveLength(2);
  });

  it('between many folders end', async () => {
    const folder = await temporaryFolder();
    const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
    await writeFiles(folder, Object.fromEntries(names.map((name) => [`${name}/${name}.json`, [callOf()]])));
    for (const name of names)
      for (const other of names) await symlink(join(folder, other), join(folder, name, `to-${other}`));
    const { files } = await discover(folder);
    expect(new Set(files.map(({ name }) => basename(name))).size).toBe(names.length);
    expect(files.length).toBeLessThanOrEqual(8 * names.length);
  });

  it.skipIf(process.platform === 'win32')('pipes are not opened', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'x.json': [callOf()] });
    execFileSync('mkfifo', [join(folder, 'pipe.json')]);
    expect(await discover(folder)).toMatchObject({ files: [{}], skipped: 1 });
  });
});
