import { createHmac, type KeyObject } from 'node:crypto';

/** What requests are told apart by: 128 bits, as four words of 32, the first of them the highest. */
export type RequestKey = Int32Array;

const HYPHEN = 45;
const NO_DIGIT = 255;
const UUID_LENGTH = 36;

/** Of lower-case digits alone: what is written otherwise must be given back as it was written. */
const DIGITS = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGITS[digit.charCodeAt(0)] = value;

/** Where the digits of each word are in a UUID, in eights: `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
const PLACES = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [9, 10, 11, 12, 14, 15, 16, 17],
  [19, 20, 21, 22, 24, 25, 26, 27],
  [28, 29, 30, 31, 32, 33, 34, 35],
].flat();

/** Puts the bits of a UUID into `key`. Returns false for what is none, or in capitals. */
export function keyOfUuid(bytes: Uint8Array, start: number, end: number, key: RequestKey): boolean {
  if (end - start !== UUID_LENGTH) return false;
  if (bytes[start + 8] !== HYPHEN || bytes[start + 13] !== HYPHEN) return false;
  if (bytes[start + 18] !== HYPHEN || bytes[start + 23] !== HYPHEN) return false;
  for (let word = 0, place = 0; word < 4; word++) {
    let bits = 0;
    for (let i = 0; i < 8; i++) {
      const digit = DIGITS[bytes[start + (PLACES[place++] as number)] as number] as number;
      if (digit === NO_DIGIT) return false;
      bits = (bits << 4) | digit;
    }
    key[word] = bits;
  }
  return true;
}

/** Of any other id bits that nobody can choose without the ledger's secret, as two different ids never have in practice. */
export function keyOfText(id: string, secret: KeyObject, key: RequestKey): void {
  const digest = createHmac('sha256', secret).update(`request ${id}`).digest();
  for (let word = 0; word < 4; word++) key[word] = digest.readInt32BE(4 * word);
}
