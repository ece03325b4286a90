import { unescaped } from './json-text.ts';

/** Finds one's way in JSON bytes without parsing them: what is between two places is never looked at as text. */

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** From the first byte of a value to the one after its last. */
export interface Span {
  start: number;
  end: number;
}

/** White space, and what shows as little; an escape begins a colour. */
export function isBlank(byte: number): boolean {
  return byte <= 32 && byte !== 27;
}

/** The place of the next byte that is no white space, or the end. */
export function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isBlank(bytes[at] as number)) at++;
  return at;
}

/**
 * Where a string's closing quote is, or -1.
 * @param begin its first byte after the opening quote  @param from where to go on looking
 */
export function closingQuote(bytes: Buffer, begin: number, from: number): number {
  for (let quote = bytes.indexOf(QUOTE, from); quote >= 0; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let escapes = quote;
    while (escapes > begin && bytes[escapes - 1] === BACKSLASH) escapes--;
    if ((quote - escapes) % 2 === 0) return quote;
  }
  return -1;
}

/** The byte after the value that begins there, or -1 where it does not end. Of literals, numbers and commas nothing is checked. */
function valueEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = closingQuote(bytes, at + 1, at + 1);
      if (at < 0) return -1;
      if (depth === 0) return at + 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || byte <= 32)) return at;
  }
  return depth === 0 ? bytes.length : -1;
}

/** Shows each member of an object: where its name is, without the quotes, and where its value is. Returns false when the bytes are none. */
export function visitMembers(bytes: Buffer, visit: (name: Span, value: Span) => void): boolean {
  let at = skipBlanks(bytes, 0);
  if (bytes[at] !== OPEN_OBJECT) return false;
  at = skipBlanks(bytes, at + 1);
  while (bytes[at] !== CLOSE_OBJECT) {
    if (bytes[at] !== QUOTE) return false;
    const name = { start: at + 1, end: closingQuote(bytes, at + 1, at + 1) };
    if (name.end < 0) return false;
    at = skipBlanks(bytes, name.end + 1);
    if (bytes[at] !== COLON) return false;
    const start = skipBlanks(bytes, at + 1);
    const end = valueEnd(bytes, start);
    if (end <= start) return false;
    visit(name, { start, end });
    at = skipBlanks(bytes, end);
    if (bytes[at] === COMMA) at = skipBlanks(bytes, at + 1);
  }
  return skipBlanks(bytes, at + 1) === bytes.length;
}

/** Whether these bytes stand there. */
export function isText(bytes: Buffer, { start, end }: Span, text: Buffer): boolean {
  return end - start === text.length && bytes.compare(text, 0, text.length, start, end) === 0;
}

/** A value as bytes of its own: of a string its text, of anything else what stands there. Undefined for a string that is none. */
export function contentOf(bytes: Buffer, { start, end }: Span): Buffer | undefined {
  return bytes[start] === QUOTE ? unescaped(bytes, start + 1, end - 1) : bytes.subarray(start, end);
}

/** Whether these bytes are one whole object with something in it. */
export function hasMembers(bytes: Buffer): boolean {
  let count = 0;
  return visitMembers(bytes, () => count++) && count > 0;
}
