import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { callOf, deliveryFolder, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { absoluteSource, discover } from './discover.ts';

const HOUR = deliveryFolder(callOf());

describe('a source', () => {
  let folder: string;

  /** Names of the files found, relative to the folder. */
  async function found(source: string): Promise<string[]> {
    return (await discover(source)).files.map(({ name }) => relative(folder, name));
  }

  // Root may read everything.
  it.skipIf(process.getuid?.() === 0)('that may not be looked into does not pass for an empty one', async () => {
    await chmod(folder, 0o000);
    const error = await discover(folder).catch((failure) => failure);
    await chmod(folder, 0o700);
    expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('EACCES') });
  });

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
    expect([skipped, root]).toEqual([4, `${folder}/`]);
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

  it('without log files is refused, with the count of what is there', async () => {
    await writeFiles(folder, { 'docs/a.txt': [], 'docs/data/b.json': [] });
    await expect(discover(join(folder, 'docs'))).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringMatching(/^No log files in .*docs: 2 files there, none of them .*Point at the folder/),
    });
  });

  it.each(['empty', '*.nothing', 'no/such/*.json'])('%s is refused when nothing is there', async (name) => {
    await mkdir(join(folder, 'empty'));
    await expect(discover(join(folder, name))).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('0 files there'),
    });
  });
});
