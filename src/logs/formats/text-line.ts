import { type RecordFormat, STEPPED_OVER } from './format.ts';

const TAB = 9;
const BLANK = 32;
const QUOTE = 34;
const LETTER_M = 109;
const OPEN_ARRAY = 91;
const OPEN_OBJECT = 123;

/** Times, names of streams (512 characters at most) and colours are all that stands before a record on its line. */
const MOST_BEFORE = 1024;

/** As terminals show a colour, up to the letter m; `aws logs tail --color on` writes it around times and names, and after lines. */
const COLOUR = Buffer.from('\x1b[');
const MOST_COLOUR = 12;

/** 0 for a digit, T for it or a blank. */
const TIME = Buffer.from('0000-00-00T00:00:00');

/**
 * A line of text with a record at its end: a time before it, as export tasks write (`000000.gz`) and `aws logs tail --format short`, or
 * a time and a stream, as `aws logs tail` does by itself; or what other programs write before what they pass on.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
 */
export const textLine: RecordFormat = {
  unwrap(line) {
    const record = line[0] === QUOTE ? undefined : recordOf(line);
    if (record) return record.length < line.length ? [record] : undefined;
    return line.length > 0 && withoutColours(line, 0) === line.length ? STEPPED_OVER : undefined;
  },
};

/** From the first brace on. */
export function recordOf(line: Buffer): Buffer | undefined {
  const brace = line.subarray(0, MOST_BEFORE).indexOf(OPEN_OBJECT);
  return brace < 0 ? undefined : line.subarray(brace);
}

/** Whether a line begins with a time, so that it is an entry of its own. */
export function isTimed(line: Buffer): boolean {
  return timeEnd(line) > 0;
}

/** `aws logs tail --format json` writes the time and the stream on a line of their own, before those of the record. */
export function isHeading(line: Buffer): boolean {
  const time = timeEnd(line);
  if (time < 0 || line.length > MOST_BEFORE) return false;
  const name = withoutColours(line, wordEnd(line, time));
  return withoutColours(line, wordEnd(line, name)) === line.length;
}

/** The byte after a time at the beginning of a line, before its fractions and zone; -1 where there is none. */
function timeEnd(line: Buffer): number {
  const begin = line[0] === OPEN_ARRAY ? 1 : withoutColours(line, 0);
  if (begin + TIME.length > line.length) return -1;
  for (let i = 0; i < TIME.length; i++) {
    const byte = line[begin + i] as number;
    const model = TIME[i] as number;
    const isDigit = byte >= 48 && byte <= 57;
    const fits = model === 48 ? isDigit : byte === model || (i === 10 && byte === BLANK);
    if (!fits) return -1;
  }
  return begin + TIME.length;
}

function wordEnd(line: Buffer, from: number): number {
  let at = from;
  while (at < line.length && (line[at] as number) > BLANK && line[at] !== COLOUR[0]) at++;
  return at;
}

/** The next byte that belongs to neither blanks nor colours, or the end. */
function withoutColours(line: Buffer, from: number): number {
  let at = from;
  for (;;) {
    while (line[at] === BLANK || line[at] === TAB || line[at] === 13) at++;
    if (line[at] !== COLOUR[0] || line[at + 1] !== COLOUR[1]) return at;
    const end = line.subarray(at, at + MOST_COLOUR).indexOf(LETTER_M);
    if (end < 0) return at;
    at += end + 1;
  }
}
