import { isHigh, isLow, pairOf, putCodePoint, REPLACEMENT } from '../../logs/utf8.ts';
import { checkIsText } from './content.ts';

/** Enough to tell what a file is, a tar archive included. */
const HEAD_BYTES = 512;

/** Makes UTF-8 of a file's bytes. */
export interface TextReader {
  /** @throws Unreadable for what is no text */
  push(chunk: Buffer): void;
  end(): void;
}

/**
 * Takes the mark off UTF-8, and makes UTF-8 of UTF-16, which PowerShell's `>` writes. What has no mark is UTF-8.
 * @param take gets the text's bytes, good until it returns
 */
export function createTextReader(take: (text: Buffer) => void): TextReader {
  let head: Buffer | undefined = Buffer.alloc(0);
  let decode: (chunk: Buffer) => Buffer = (chunk) => chunk;

  function begin(bytes: Buffer): void {
    head = undefined;
    const isMark = (...mark: number[]) => mark.every((byte, index) => bytes[index] === byte);
    let mark = 0;
    if (isMark(0xef, 0xbb, 0xbf)) mark = 3;
    else if (isMark(0xff, 0xfe) || isMark(0xfe, 0xff)) {
      mark = 2;
      decode = utf16Decoder(bytes[0] === 0xff);
    } else checkIsText(bytes.subarray(0, HEAD_BYTES));
    take(decode(bytes.subarray(mark)));
  }

  return {
    push(chunk) {
      if (head === undefined) take(decode(chunk));
      else if (head.length + chunk.length >= HEAD_BYTES)
        begin(head.length === 0 ? chunk : Buffer.concat([head, chunk]));
      else head = Buffer.concat([head, chunk]);
    },
    end() {
      if (head) begin(head);
    },
  };
}

/** Byte by byte: it may be a prompt, so no JavaScript string is made of it. */
function utf16Decoder(isLittle: boolean): (chunk: Buffer) => Buffer {
  let half = -1;
  let high = 0;
  return (chunk) => {
    // Two bytes become three at most; what was left of the last chunk, four.
    const out = Buffer.allocUnsafe(Math.ceil(chunk.length * 1.5) + 8);
    let length = 0;
    const put = (unit: number) => {
      if (high !== 0 && isLow(unit)) {
        length = putCodePoint(out, length, pairOf(high, unit));
        high = 0;
        return;
      }
      if (high !== 0) length = putCodePoint(out, length, REPLACEMENT);
      high = isHigh(unit) ? unit : 0;
      if (high === 0) length = putCodePoint(out, length, isLow(unit) ? REPLACEMENT : unit);
    };
    for (const byte of chunk) {
      if (half < 0) half = byte;
      else {
        put(isLittle ? half | (byte << 8) : (half << 8) | byte);
        half = -1;
      }
    }
    return out.subarray(0, length);
  };
}
