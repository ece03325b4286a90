/** What stands for half a character that has lost its other half. */
export const REPLACEMENT = 0xfffd;

export const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
export const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;
export const pairOf = (high: number, low: number) => 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);

/** Writes a character in UTF-8. Returns the place after it. */
export function putCodePoint(out: Buffer, at: number, code: number): number {
  let end = at;
  if (code < 0x80) out[end++] = code;
  else {
    if (code < 0x800) out[end++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) out[end++] = 0xe0 | (code >> 12);
      else {
        out[end++] = 0xf0 | (code >> 18);
        out[end++] = 0x80 | ((code >> 12) & 63);
      }
      out[end++] = 0x80 | ((code >> 6) & 63);
    }
    out[end++] = 0x80 | (code & 63);
  }
  return end;
}
