import { isHigh, isLow, pairOf, putCodePoint, REPLACEMENT } from './utf8.ts';

const BACKSLASH = 92;
const LETTER_U = 117;

/** What the letter after a backslash stands for; 0: nothing. */
const ESCAPES = new Uint8Array(256);
for (const [letter, meant] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'])
  ESCAPES[(letter as string).charCodeAt(0)] = (meant as string).charCodeAt(0);

/** The text of a JSON string in UTF-8, byte by byte: it may be a prompt, so no JavaScript string is made of it. */
export function unescaped(bytes: Buffer, start: number, end: number): Buffer | undefined {
  const out = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte !== BACKSLASH) {
      out[length++] = byte;
      continue;
    }
    const letter = bytes[++at] as number;
    if (letter !== LETTER_U) {
      const meant = ESCAPES[letter];
      if (!meant) return undefined;
      out[length++] = meant;
      continue;
    }
    const first = hexUnit(bytes, at + 1, end);
    if (first < 0) return undefined;
    at += 4;
    const second =
      isHigh(first) && bytes[at + 1] === BACKSLASH && bytes[at + 2] === LETTER_U ? hexUnit(bytes, at + 3, end) : -1;
    if (isLow(second)) {
      length = putCodePoint(out, length, pairOf(first, second));
      at += 6;
    } else length = putCodePoint(out, length, isHigh(first) || isLow(first) ? REPLACEMENT : first);
  }
  return out.subarray(0, length);
}

/** Four hexadecimal digits, or -1. */
function hexUnit(bytes: Buffer, start: number, end: number): number {
  if (start + 4 > end) return -1;
  let unit = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(bytes[at] as number);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
