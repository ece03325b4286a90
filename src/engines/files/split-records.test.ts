import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPORTS } from '../../../test/helpers/exports.ts';
import { callOf, recordOf } from '../../../test/helpers/log-files.ts';
import { type RecordReading, readRecord } from '../../logs/record.ts';
import { createRecordSplitter } from './split-records.ts';
import { createTextReader } from './text.ts';

const MEGABYTE = 1024 * 1024;

/** What is read of a file whose bytes come in these pieces. */
function readingsOf(...chunks: readonly Buffer[]): RecordReading[] {
  const readings: RecordReading[] = [];
  const splitter = createRecordSplitter((reading) => readings.push(reading));
  const text = createTextReader(splitter.push);
  for (const chunk of chunks) text.push(Buffer.from(chunk));
  text.end();
  splitter.end();
  return readings;
}

const ofText = (text: string) => readingsOf(Buffer.from(text));

/** Records as they are logged, with everything in them that wrapping could spoil. */
const RECORDS = [
  recordOf(callOf({ requestId: 'one', input: 11, metadata: { team: 'größe 🚀' } })),
  {
    ...recordOf(callOf({ requestId: 'two', input: 12 })),
    output: {
      outputTokenCount: 5,
      outputBodyJson: {
        content: [{ text: 'He said "no", twice:\n\t\\"no\\" {"schemaType": "ModelInvocationLog"} \u2028 é' }],
      },
    },
  },
  recordOf(callOf({ requestId: 'three', input: 13, metadata: { 'a,b': '",\n{}[]', path: 'C:\\logs\\' } })),
].map((record) => JSON.stringify(record));

const EXPECTED = RECORDS.map((record) => readRecord(Buffer.from(record)));

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

const ENCODINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with its mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16, little end first': utf16,
  'UTF-16, big end first': (text) => utf16(text).swap16(),
  'with CRLF': (text) => Buffer.from(text.replaceAll(/\r?\n/g, '\r\n')),
};

describe.each(Object.entries(EXPORTS))('%s', (_, wrap) => {
  it.each(Object.entries(ENCODINGS))('is read in %s', (_name, encode) => {
    expect(readingsOf(encode(wrap(RECORDS)))).toEqual(EXPECTED);
  });

  it('is read in pieces of any size', () => {
    const bytes = Buffer.from(wrap(RECORDS));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
        expect(readingsOf(...chunks)).toEqual(EXPECTED);
      }),
      { numRuns: 30 },
    );
    expect(readingsOf(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(EXPECTED);
  });

  it('gives back the records that were put in, whatever is in their texts', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', '\\', '\\"', '\n{', '[{', '\t', ',"'),
    );
    const record = fc.record({ requestId: fc.uuid(), input: fc.nat(1e9), body: fc.json({ maxDepth: 3 }), note: text });
    fc.assert(
      fc.property(fc.array(record, { minLength: 2, maxLength: 5 }), (made) => {
        const records = made.map(({ requestId, input, body, note }) => {
          const logged = recordOf(callOf({ requestId, input }));
          return JSON.stringify({
            ...logged,
            input: { inputTokenCount: input, inputBodyJson: { body: JSON.parse(body), note } },
          });
        });
        const expected = records.map((one) => readRecord(Buffer.from(one)));
        expect(ofText(wrap(records))).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

const [first, second] = RECORDS as [string, string];
const [one, two] = EXPECTED as [RecordReading, RecordReading];
const NOT_JSON: RecordReading = { reject: 'not JSON' };
const NO_RECORD: RecordReading = { reject: 'not a ModelInvocationLog record' };

describe('what is no record is counted and the rest is read', () => {
  it.each<[what: string, text: string, expected: RecordReading[]]>([
    ['a line that is cut off within a text', `${first.slice(0, 90)}\n${first}\n${second}`, [NOT_JSON, one, two]],
    [
      'a line that is cut off between members',
      `{"schemaType":"ModelInvocationLog"\n${first}\n${second}`,
      [NOT_JSON, one, two],
    ],
    ['a line that is cut off before a value', `{"timestamp":\n${first}\n${second}`, [NOT_JSON, one, two]],
    ['a last line that is cut off', `${first}\n${second}\n${first.slice(0, 200)}`, [one, two, NOT_JSON]],
    [
      'a line of an export that is cut off',
      `2026-10-05T10:00:00.000Z {"a":1\n2026-10-05T10:00:00.000Z ${first}`,
      [NOT_JSON, one],
    ],
    [
      'lines of text',
      `Permissions are correctly set.\n${first}\n[INFO] done\n[2026-10-05 10:00:00] x\n`,
      [NOT_JSON, one, NOT_JSON, NOT_JSON],
    ],
    ['text after a record', `${first} and more\n${second}`, [one, NOT_JSON, two]],
    ['objects of other kinds', `{}\n${first}{}{"schemaType":"Other"}\n[]\n`, [NO_RECORD, one, NO_RECORD, NO_RECORD]],
    [
      'elements of other kinds',
      `[{},${first},7,null,"x",[],-1.5e3,{"a":[1,2]},${second}]`,
      [NO_RECORD, one, NO_RECORD, NO_RECORD, NO_RECORD, NO_RECORD, NO_RECORD, two],
    ],
    [
      'a message of another kind',
      JSON.stringify({ events: [{ message: 'Permissions are set' }, { message: first }] }),
      [NO_RECORD, one],
    ],
    [
      'a heading without a record',
      `2026-10-05T10:00:00+00:00 stream\n2026-10-05T10:00:01+00:00 stream\n${first}\n`,
      [NOT_JSON, one],
    ],
    ['a row of a CSV file without its cell', `a,@message\n1\n1,"${first.replaceAll('"', '""')}"\n`, [NOT_JSON, one]],
    [
      'a damaged record, with its own reason',
      JSON.stringify({ message: first.replace(/"timestamp":"[^"]*"/, '"timestamp":"noon"') }),
      [{ reject: 'unreadable timestamp' }],
    ],
  ])('%s', (_, text, expected) => {
    expect(ofText(text)).toEqual(expected);
    expect(readingsOf(...Array.from(Buffer.from(text), (byte) => Buffer.of(byte)))).toEqual(expected);
  });

  it.each(['', '\n \r\n\t\n', '[]', '[ ]\n[]', '{"events":[]}', '{"events":[],"nextToken":"x"}', '\x1b[0m\n'])(
    'nothing of %j',
    (text) => {
      expect(ofText(text)).toEqual([]);
    },
  );
});

describe('what is damaged is refused whole', () => {
  it.each<[what: string, text: string, words: RegExp]>([
    ['an array that is cut short', `[${first},${second.slice(0, 90)}`, /cut short/],
    ['an array without its end', `[${first},`, /cut short/],
    [
      'a page that is cut short',
      JSON.stringify({ events: [{ message: first }, { message: second }] }).slice(0, -40),
      /cut short/,
    ],
    [
      'a pretty-printed record that is cut short',
      JSON.stringify(JSON.parse(first), null, 2).slice(0, 300),
      /cut short/,
    ],
    ['an array with other text in it', `[${first}, oops, ${second}]`, /broken at byte \d+/],
    ['an array with a line feed in a text', `[${first},{"a":"b\n"}]`, /broken at byte \d+/],
    ['a cell without its closing quotation mark', `@message\n"${first.replaceAll('"', '""')}\n1\n`, /cell in quotes/],
    [
      'rows of a query that did not ask for the message',
      '[{"@timestamp":"t","modelId":"m","@ptr":"p"}]',
      /@message.*columns: @timestamp, modelId, @ptr.*fields @message/,
    ],
    [
      'cells of such a query',
      '{"results":[[{"field":"modelId","value":"m"},{"field":"calls","value":"3"}]],"status":"Complete"}',
      /columns: modelId, calls/,
    ],
    ['CSV of such a query', '@timestamp,modelId\n2026,m\n', /columns: @timestamp, modelId/],
    ['CSV of sums', 'modelId,calls\nm,3\n', /columns: modelId, calls/],
    ['many brackets', '['.repeat(100_000), /cut short/],
  ])('%s', (_, text, words) => {
    expect(() => ofText(text)).toThrow(words);
  });
});

describe('any shape takes bounded memory', () => {
  /** Bytes that are read without being held at once. */
  function readInParts(part: Buffer, times: number, before = '', after = ''): Map<string, number> {
    const counts = new Map<string, number>();
    const splitter = createRecordSplitter((reading) => {
      const what = 'reject' in reading ? reading.reject : 'record';
      counts.set(what, (counts.get(what) ?? 0) + 1);
    });
    splitter.push(Buffer.from(before));
    for (let time = 0; time < times; time++) splitter.push(part);
    splitter.push(Buffer.from(after));
    splitter.end();
    return counts;
  }

  it('an array of a hundred thousand elements that are none', () => {
    expect(readInParts(Buffer.from('{},'.repeat(10_000)), 10, '[', '{}]')).toEqual(
      new Map([['not a ModelInvocationLog record', 100_001]]),
    );
  });

  it('an array of more than 64 MB in all', () => {
    const body = 'x'.repeat(100_000);
    const record = JSON.stringify({ ...JSON.parse(first), input: { inputTokenCount: 1, inputBodyJson: { body } } });
    expect(readInParts(Buffer.from(`${record},`), 800, '[', `${first}]`)).toEqual(new Map([['record', 801]]));
  });

  it('a page of more than 64 MB in all, on one line', () => {
    const message = JSON.stringify({ ...JSON.parse(first), padding: 'x'.repeat(200_000) });
    const event = Buffer.from(`${JSON.stringify({ message })},`);
    expect(readInParts(event, 350, '{"events":[', `{"message":${JSON.stringify(first)}}],"nextToken":null}`)).toEqual(
      new Map([['record', 351]]),
    );
  });

  it.each([
    ['an object', '{"a":"', '"}'],
    ['a text', 'x', ''],
    ['brackets in an object', '{"a":', ''],
  ])('%s longer than a record can be is one malformed line', (_, before, after) => {
    const part = Buffer.alloc(MEGABYTE, '[');
    expect(readInParts(part, 70, `${first}\n${before}`, `${after}\n${second}\n`)).toEqual(
      new Map([
        ['record', 2],
        ['not JSON', 1],
      ]),
    );
  });

  it.each([
    ['in an array', `[${first},{"a":"`],
    ['over several lines', `{"a":\n"`],
  ])('a value longer than a record can be, %s, makes the file damaged', (_, before) => {
    expect(() => readInParts(Buffer.alloc(MEGABYTE, 'x'), 70, before)).toThrow(/more than 64 MB/);
  });

  it('a deep object is one malformed line', () => {
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    expect(ofText(`${first}\n${deep}\n${second}`)).toEqual([one, NO_RECORD, two]);
  });

  it('an object with two hundred thousand members', () => {
    const members = Array.from({ length: 200_000 }, (_, index) => `"m${index}":${index}`).join(',');
    expect(ofText(`{${members}}\n${first}`)).toEqual([NO_RECORD, one]);
  });
});

describe('gzip in gzip', () => {
  it('is not text', () => {
    expect(() => readingsOf(gzipSync(first))).toThrow(/no text/);
  });
});
