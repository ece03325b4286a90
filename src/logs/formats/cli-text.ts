import { type RecordFormat, STEPPED_OVER } from './format.ts';

const TAB = 9;
const EVENT = Buffer.from('EVENTS\t');
const RECORD = Buffer.from('\t{');

/** What the same command prints beside events: the streams it searched, and two tokens for further pages, `b/123…` and `f/123…`. */
const STREAMS = Buffer.from('SEARCHEDLOGSTREAMS\t');
const TOKENS = ['b/', 'f/'].map((begin) => Buffer.from(begin));
const LEAST_DIGITS = 10;

/**
 * `aws logs filter-log-events --output text`, and `get-log-events`: values by tabs, in the order of their names, so that the message is
 * before the timestamp. A record has no tab of its own: JSON writes it as an escape.
 */
export const cliText: RecordFormat = {
  unwrap(line) {
    if (begins(line, STREAMS) || isTokens(line)) return STEPPED_OVER;
    if (!begins(line, EVENT)) return undefined;
    const start = line.indexOf(RECORD);
    return start < 0 ? undefined : [line.subarray(start + 1, line.lastIndexOf(TAB))];
  },
};

function begins(line: Buffer, text: Buffer): boolean {
  return line.subarray(0, text.length).equals(text);
}

function isTokens(line: Buffer): boolean {
  const digits = line.subarray(2, 2 + LEAST_DIGITS);
  const isNumber = digits.length === LEAST_DIGITS && digits.every((byte) => byte >= 48 && byte <= 57);
  return isNumber && TOKENS.some((begin) => begins(line, begin)) && line.includes(TAB);
}
