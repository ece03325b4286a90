import { isTimed, recordOf } from '../../logs/formats/text-line.ts';
import { skipBlanks } from '../../logs/json-bytes.ts';

const OPEN_OBJECT = 123;
const OPEN_ARRAY = 91;

/** What an element of a list, or the end of it, begins with. */
const IN_LISTS: ReadonlySet<number> = new Set(Buffer.from('{["]-0123456789tfn'));

export function isBlank(bytes: Buffer): boolean {
  return skipBlanks(bytes, 0) === bytes.length;
}

/** The JSON that a line begins with, by itself or after a time; undefined: it is a line of text. */
export function jsonIn(line: Buffer): Buffer | undefined {
  const start = skipMark(line);
  if (line[start] === OPEN_OBJECT) return line.subarray(start);
  if (isTimed(line.subarray(start))) return recordOf(line);
  if (line[start] !== OPEN_ARRAY) return undefined;
  const next = skipBlanks(line, start + 1);
  return next === line.length || IN_LISTS.has(line[next] as number) ? line.subarray(start) : undefined;
}

/** Files that were joined have marks of UTF-8 in their middle. */
function skipMark(line: Buffer): number {
  const start = skipBlanks(line, 0);
  const hasMark = line[start] === 0xef && line[start + 1] === 0xbb && line[start + 2] === 0xbf;
  return hasMark ? skipBlanks(line, start + 3) : start;
}
