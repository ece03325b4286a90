import { readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { callOf, recordOf, temporaryFolder, textOf } from '../../../test/helpers/log-files.ts';
import { BAD_COUNT_REASON } from '../../logs/record.ts';
import { createAttributeIds, nameWith } from './attribute-sets.ts';
import { type FileReading, readLogFile } from './read-file.ts';
import type { RecordRows } from './record-rows.ts';
import { createRecords } from './records.ts';

const SECRET = Buffer.from('any');
const MEGABYTE = 1024 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const FIRST = callOf({ requestId: 'first', input: 1 });
const SECOND = callOf({ requestId: 'second', input: 2, metadata: { team: 'größe 🚀' } });
const LINES = textOf([FIRST, SECOND]);
const PRETTY = [FIRST, SECOND].map((call) => JSON.stringify(recordOf(call), undefined, 2));
const BOTH = { reading: { records: 2, malformed: {} }, ids: ['first', 'second'], inputs: [1, 2] };
const NOTHING = { reading: { records: 0, malformed: {} }, ids: [], inputs: [] };

/** Reads a file of that name and content, and says what the reader said of it. */
async function read(name: string, content: Buffer | string) {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return readPath(path);
}

async function readPath(
  path: string,
  name = path,
): Promise<{ reading: FileReading; ids: (string | null)[]; inputs: number[] }> {
  const ids: (string | null)[] = [];
  const inputs: number[] = [];
  const rows: RecordRows = {
    add(_file, _low, _high, _key, requestId, _at, counts) {
      ids.push(requestId);
      inputs.push(counts[0] ?? 0);
    },
    flush() {},
    close() {},
  };
  const records = createRecords(
    createAttributeIds(nameWith(SECRET), () => {}),
    rows,
    SECRET,
  );
  return { reading: await readLogFile({ name, path }, 1, records), ids, inputs };
}

/** Letters that gzip cannot make much smaller. The same on every run. */
function noise(length: number, seed: number): string {
  let state = seed;
  const letters = Buffer.alloc(length);
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    letters[i] = 48 + (state >>> 26);
  }
  return letters.toString('latin1').replaceAll('\\', '_');
}

/** Records with bodies of noise, about 6 MB of them packed. */
const big = makeBig();

function makeBig(): { text: string; ids: string[]; packed: Buffer } {
  const ids = Array.from({ length: 80 }, (_, index) => `big-${index}`);
  const lines = ids.map((requestId, index) => {
    const record = recordOf(callOf({ requestId }));
    return JSON.stringify({ ...record, input: { inputTokenCount: 7, inputBodyJson: noise(100_000, index + 1) } });
  });
  const text = `${lines.join('\n')}\n`;
  return { text, ids, packed: gzipSync(text, { level: 1 }) };
}

describe('a log file is read', () => {
  it.each<[what: string, name: string, content: Buffer | string]>([
    ['as lines', 'a.json', LINES],
    ['as packed lines', 'a.json.gz', gzipSync(LINES)],
    ['as plain text under a name in .gz', 'a.json.gz', LINES],
    ['as gzip under a plain name', 'a.json', gzipSync(LINES)],
    ['without a newline at its end', 'a.json', LINES.trimEnd()],
    ['with blank lines', 'a.json', `\n\r\n \t\n${LINES.replaceAll('\n', '\n\n  \n')}\n`],
    ['with CRLF', 'a.json', LINES.replaceAll('\n', '\r\n')],
    ['with a byte order mark', 'a.json', Buffer.concat([BYTE_ORDER_MARK, Buffer.from(LINES)])],
    ['with a byte order mark, packed', 'a.json.gz', gzipSync(Buffer.concat([BYTE_ORDER_MARK, Buffer.from(LINES)]))],
    [
      'with a byte order mark, plain under a name in .gz',
      'a.json.gz',
      Buffer.concat([BYTE_ORDER_MARK, Buffer.from(LINES)]),
    ],
    [
      'with a byte order mark before pretty-printed objects',
      'a.json',
      Buffer.concat([BYTE_ORDER_MARK, Buffer.from(PRETTY.join('\n'))]),
    ],
    ['as pretty-printed objects, one after another', 'a.json', PRETTY.join('\n')],
    ['as pretty-printed objects with CRLF, packed', 'a.json.gz', gzipSync(PRETTY.join('\n').replaceAll('\n', '\r\n'))],
    ['as a pretty-printed array', 'a.json', `[\n${PRETTY.join(',\n')}\n]\n`],
    ['as an array on one line', 'a.json', JSON.stringify([FIRST, SECOND].map(recordOf))],
    ['as an array of lines', 'a.json', `[${LINES.trimEnd().replaceAll('\n', ',\n')}]`],
    ['in two gzip members', 'a.json.gz', Buffer.concat([gzipSync(textOf([FIRST])), gzipSync(textOf([SECOND]))])],
    ['packed twice', 'a.gz', gzipSync(gzipSync(LINES))],
    [
      'packed twice, in two members',
      'a',
      gzipSync(Buffer.concat([gzipSync(textOf([FIRST])), gzipSync(textOf([SECOND]))])),
    ],
    ['in UTF-16 with its mark, packed', 'a.json.gz', gzipSync(Buffer.from(`\ufeff${LINES}`, 'utf16le'))],
    ['in UTF-16 with its mark, plain under a name in .gz', 'a.json.gz', Buffer.from(`\ufeff${LINES}`, 'utf16le')],
    [
      'as an export task, plain under a name in .gz',
      '000000.gz',
      LINES.trimEnd().replaceAll(/^/gm, '2026-10-05T10:00:00.000Z '),
    ],
    ['with zeros after the gzip data', 'a.json.gz', Buffer.concat([gzipSync(LINES), Buffer.alloc(512)])],
  ])('%s', async (_, name, content) => {
    expect(await read(name, content)).toEqual(BOTH);
  });

  it('as one pretty-printed object', async () => {
    expect(await read('a.json', PRETTY[0] as string)).toMatchObject({ reading: { records: 1 }, ids: ['first'] });
  });

  it.each<[what: string, name: string, content: Buffer | string]>([
    ['an empty file', 'a.json', ''],
    ['a file of blank lines', 'a.json', '\n\n  \r\n'],
    ['packed emptiness', 'a.json.gz', gzipSync('')],
    ['an empty array', 'a.json', '[]'],
  ])('to nothing: %s', async (_, name, content) => {
    expect(await read(name, content)).toEqual(NOTHING);
  });

  it('past lines that are no records, counted by reason', async () => {
    const content = [
      'Permissions are correctly set for Amazon Bedrock logs.',
      LINES.trimEnd(),
      '{"schemaType":"ModelInvocationLog"',
      '{"schemaType":"AnotherLog"}',
      'null',
      '{"schemaType":"ModelInvocationLog","timestamp":"2026-13-45T00:00:00Z"}',
      JSON.stringify(recordOf(callOf({ input: 2_000_000_000 }))),
    ].join('\n');
    expect(await read('a.json', content)).toEqual({
      ...BOTH,
      reading: {
        records: 2,
        malformed: {
          'not JSON': 2,
          'not a ModelInvocationLog record': 2,
          'unreadable timestamp': 1,
          [BAD_COUNT_REASON]: 1,
        },
      },
    });
  });

  it('line by line when its first line was cut off', async () => {
    const cut = LINES.slice(0, 90);
    expect(await read('a.json', `${cut}\n${LINES}`)).toEqual({
      ...BOTH,
      reading: { records: 2, malformed: { 'not JSON': 1 } },
    });
  });

  it('with elements of an array that are no records counted as malformed', async () => {
    const elements = [recordOf(FIRST), 7, { schemaType: 'AnotherLog' }, recordOf(SECOND)];
    expect(await read('a.json', JSON.stringify(elements))).toEqual({
      ...BOTH,
      reading: { records: 2, malformed: { 'not a ModelInvocationLog record': 2 } },
    });
  });

  it('in many chunks', async () => {
    const { text, ids, packed } = big;
    expect(packed.length).toBeGreaterThan(5 * MEGABYTE);
    const fromPacked = await read('big.json.gz', packed);
    expect(fromPacked).toEqual({ reading: { records: 80, malformed: {} }, ids, inputs: ids.map(() => 7) });
    expect(await read('big.json', text)).toEqual(fromPacked);
    expect(await read('big.json.gz', text)).toEqual(fromPacked);
  });

  it('with a very long line', async () => {
    const long = { ...recordOf(callOf({ requestId: 'long' })), input: { inputBodyJson: noise(9 * MEGABYTE, 5) } };
    const content = gzipSync(`${textOf([FIRST])}${JSON.stringify(long)}\n${textOf([SECOND])}`, { level: 1 });
    expect(await read('a.json.gz', content)).toMatchObject({
      reading: { records: 3, malformed: {} },
      ids: ['first', 'long', 'second'],
    });
  });

  it('past a line longer than any record can be', async () => {
    const endless = Buffer.alloc(70 * MEGABYTE, 'a');
    const content = gzipSync(
      Buffer.concat([Buffer.from(`${textOf([FIRST])}{"x":"`), endless, Buffer.from(`\n${LINES}`)]),
      {
        level: 1,
      },
    );
    expect(await read('a.json.gz', content)).toMatchObject({
      reading: { records: 3, malformed: { 'not JSON': 1 } },
      ids: ['first', 'first', 'second'],
    });
  });
});

describe('a damaged file', () => {
  const packed = gzipSync(LINES);

  function flipped(bytes: Buffer, position: number): Buffer {
    const copy = Buffer.from(bytes);
    copy[position] = (copy[position] as number) ^ 0b100;
    return copy;
  }

  it.each<[what: string, content: () => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['no gzip data', () => Buffer.from('<html>Access denied</html>')],
    ['cut short', () => packed.subarray(0, packed.length - 20)],
    ['cut within its trailer', () => packed.subarray(0, packed.length - 3)],
    ['only a header', () => packed.subarray(0, 10)],
    ['with a flipped bit', () => flipped(packed, Math.floor(packed.length / 2))],
    ['with a wrong checksum', () => flipped(packed, packed.length - 8)],
    ['with a wrong length', () => flipped(packed, packed.length - 4)],
    ['with a second member cut short', () => Buffer.concat([packed, packed.subarray(0, 30)])],
    ['with other bytes after it', () => Buffer.concat([packed, Buffer.from('and more')])],
    ['big and cut short', () => big.packed.subarray(0, 5 * MEGABYTE)],
    ['big with a flipped bit', () => flipped(big.packed, 5 * MEGABYTE)],
    ['big with a wrong checksum', () => flipped(big.packed, big.packed.length - 8)],
    ['big and no gzip data', () => Buffer.alloc(5 * MEGABYTE, 'x')],
  ])('is named so: %s', async (_, content) => {
    const { reading } = await read('a.json.gz', content());
    expect(reading.damaged).toMatch(/\w/);
  });

  it.each<[what: string, content: Buffer, words: RegExp]>([
    ['zstd', Buffer.from('28b52ffd2004', 'hex'), /zstd.*zstd -d/],
    ['a ZIP archive', Buffer.from('504b030414000000', 'hex'), /ZIP.*unzip/],
    ['a tar archive in gzip', gzipSync(Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar')])), /tar archive/],
    ['Parquet', Buffer.from('PAR1\x15\x04'), /Parquet/],
    ['encrypted by age', Buffer.from('age-encryption.org/v1\n-> X25519'), /encrypted.*age -d/],
    ['of unknown bytes', Buffer.from(Array.from({ length: 400 }, (_, index) => 1 + ((index * 37) % 255))), /no text/],
    ['UTF-16 without its mark', Buffer.from(LINES, 'utf16le'), /no text.*UTF-16/],
  ])('is named with what it is and what to do, when it is %s', async (_, content, words) => {
    const { reading } = await read('a.json', content);
    expect(reading).toMatchObject({ records: 0, malformed: {}, damaged: expect.stringMatching(words) });
  });

  it('is one that is gone when its turn comes', async () => {
    const path = join(await temporaryFolder(), 'gone.json');
    await writeFile(path, LINES);
    await rm(path);
    const { reading } = await readPath(path);
    expect(reading).toMatchObject({ records: 0, damaged: expect.stringMatching(/ENOENT/) });
  });

  it.skipIf(process.platform !== 'linux').each<[what: string, content: () => Buffer]>([
    ['good', () => big.packed],
    ['cut short', () => big.packed.subarray(0, 5 * MEGABYTE)],
    ['with a flipped bit at its start', () => flipped(big.packed, 20)],
    ['no gzip data', () => Buffer.alloc(5 * MEGABYTE, 'x')],
  ])('is closed after reading, as is a good one: %s', async (_, content) => {
    const path = join(await temporaryFolder(), 'a.json.gz');
    await writeFile(path, content());
    await readPath(path);
    await expect.poll(() => openFiles()).not.toContain(path);
  });
});

async function openFiles(): Promise<string[]> {
  const handles = await readdir('/proc/self/fd');
  return Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')));
}

describe('a log file that lies elsewhere than its name says', () => {
  it('is read where it lies, and its records without request id are known by its name', async () => {
    const path = join(await temporaryFolder(), '7');
    await writeFile(path, textOf([callOf({ requestId: '' }), FIRST]));
    const name = 's3://logs/a.json';
    expect((await readPath(path, name)).ids).toEqual([`${name}:1`, 'first']);
  });

  it('is held to the ending of its name', async () => {
    const path = join(await temporaryFolder(), '7');
    await writeFile(path, '<html>Access denied</html>');
    const readAs = async (name: string) => (await readPath(path, name)).reading;
    expect(await readAs('s3://logs/a.json.gz')).toMatchObject({ damaged: 'not gzip data' });
    expect(await readAs('s3://logs/a.json')).toMatchObject({ malformed: { 'not JSON': 1 } });
  });
});

describe('a link to a log file', () => {
  it('is read like the file', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.json'), LINES);
    await symlink(join(folder, 'a.json'), join(folder, 'b.json'));
    expect(await readPath(join(folder, 'b.json'))).toEqual(BOTH);
  });
});
