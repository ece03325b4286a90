import { constants, crc32, deflateSync } from 'node:zlib';

/** What a PNG with a palette can have. */
const MOST_COLOURS = 64;

/**
 * Pixels (RGBA, all opaque) as a PNG with a palette, a third as large as one without: pictures of charts have few colours and many
 * shades of them where edges are smoothed. Shades that are too rare for the palette become their nearest one
 * (https://www.w3.org/TR/png-3/#11PLTE).
 */
export function indexedPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const colours = new Uint32Array(width * height);
  const uses = new Map<number, number>();
  for (let at = 0; at < colours.length; at += 1) {
    const colour = shade(pixels, at * 4);
    colours[at] = colour;
    uses.set(colour, (uses.get(colour) ?? 0) + 1);
  }
  const palette = [...uses]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_COLOURS)
    .map(([colour]) => colour);
  const places = new Map([...uses.keys()].map((colour) => [colour, nearest(colour, palette)]));
  const lines = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      lines[y * (width + 1) + 1 + x] = places.get(colours[y * width + x] as number) ?? 0;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header(width, height)),
    chunk('PLTE', Uint8Array.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(lines, { level: 9, strategy: constants.Z_DEFAULT_STRATEGY })),
    chunk('IEND', new Uint8Array()),
  ]);
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

function shade(pixels: Uint8Array, at: number): number {
  return ((pixels[at] as number) << 16) | ((pixels[at + 1] as number) << 8) | (pixels[at + 2] as number);
}

function nearest(colour: number, palette: readonly number[]): number {
  const exact = palette.indexOf(colour);
  if (exact >= 0) return exact;
  const distances = palette.map((other) => distance(colour, other));
  return distances.indexOf(Math.min(...distances));
}

function distance(a: number, b: number): number {
  const [red, green, blue] = [16, 8, 0].map((bits) => ((a >> bits) & 255) - ((b >> bits) & 255)) as [
    number,
    number,
    number,
  ];
  return red * red + green * green + blue * blue;
}

/** Eight bits a pixel, each a place in the palette. */
function header(width: number, height: number): Uint8Array {
  const data = new DataView(new ArrayBuffer(13));
  data.setUint32(0, width);
  data.setUint32(4, height);
  data.setUint8(8, 8);
  data.setUint8(9, 3);
  return new Uint8Array(data.buffer);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
