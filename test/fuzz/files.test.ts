import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRecordSplitter } from '../../src/engines/files/split-records.ts';
import { createTextReader } from '../../src/engines/files/text.ts';
import { PATIENCE_MS, settings, writing } from './cases.ts';
import { logRecord } from './log-records.ts';
import { ours } from './ours.ts';
import { type Reading, referenceReading } from './reference-reader.ts';

/** A text of JSON, or a place where JSON can be broken. */
const TEXT_OR_BREAK = /"(?:[^"\\]|\\.)*"|[,{}]/g;

/** How records stand in a file: Bedrock's lines, and what exports make of them. */
const LAYOUTS: Readonly<Record<string, (records: readonly string[], end: string) => string>> = {
  lines: (records, end) => records.map((record) => record + end).join(''),
  'lines, the last without an end': (records, end) => records.join(end),
  'lines with blank ones between': (records, end) => records.map((record) => record + end + end).join(end),
  'one array': (records, end) => `[${end}${records.join(`,${end}`)}${end}]`,
  'one after another': (records) => records.join(' '),
  'over several lines': (records, end) =>
    records
      .map((record) => record.replace(TEXT_OR_BREAK, (found) => (found.startsWith('"') ? found : found + end)) + end)
      .join(''),
  'with other lines between': (records, end) => records.map((record) => `a word or two${end}${record}${end}`).join(''),
};

const ENCODINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16, little end first': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16, big end first': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
};

function readingsOf(bytes: Buffer, cuts: readonly number[]): Reading[] {
  const readings: Reading[] = [];
  const splitter = createRecordSplitter((reading) => readings.push(ours(reading)));
  const text = createTextReader(splitter.push);
  const places = [...cuts.map((share) => Math.floor(share * bytes.length)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const to of places) {
    // A copy, as from a stream: what is read must not hang on to it.
    text.push(Buffer.from(bytes.subarray(from, to)));
    from = to;
  }
  text.end();
  splitter.end();
  return readings;
}

it('finds in each file the records that its lines have by the reference, however it is laid out, encoded and cut into chunks', {
  timeout: PATIENCE_MS,
}, () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(logRecord(), writing()), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...Object.keys(LAYOUTS)),
      fc.constantFrom(...Object.keys(ENCODINGS)),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      (records, layout, encoding, end, cuts) => {
        const lines = records.map(([record, write]) => write(record));
        // What is not well formed is not the same in the bytes of a file.
        const expected = lines.map((line) => referenceReading(Buffer.from(line).toString()));
        const bytes = (ENCODINGS[encoding] as (text: string) => Buffer)(
          (LAYOUTS[layout] as (typeof LAYOUTS)[string])(lines, end),
        );
        const found = (readings: readonly Reading[]) => readings.filter((reading) => 'found' in reading);
        const readings = readingsOf(bytes, cuts);
        expect(found(readings)).toEqual(found(expected));
        // No record is lost without being counted.
        expect(readings.length).toBeGreaterThanOrEqual(lines.length);
      },
    ),
    settings(0.2),
  );
});
