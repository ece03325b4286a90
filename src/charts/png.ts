import { readFile } from 'node:fs/promises';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { pathOfAsset } from '../assets.ts';
import { memoizeFor } from '../lazy.ts';
import type { Report } from '../reports/report.ts';
import { FONTS, NOT_IN_FONT } from './font.ts';
import { indexedPng } from './indexed-png.ts';
import { svgFromReport } from './svg.ts';
import { FONT_FAMILY, type ThemeName } from './theme.ts';

/** Pixels a unit: small letters stay sharp on a good screen and in the eyes of a model. */
const SCALE = 2;

/**
 * A report as a PNG picture. WebAssembly draws it: half as large as resvg's native code, about as fast, and one for every machine
 * that Lambda, npm and desktop hosts run on.
 */
export async function pngFromReport(report: Report, choices: { theme?: ThemeName } = {}): Promise<Uint8Array> {
  // What the font lacks would leave no trace.
  const svg = svgFromReport(report, { theme: 'light', ...choices }).replace(NOT_IN_FONT, '\uFFFD');
  await wasm();
  const picture = new Resvg(svg, {
    font: { fontBuffers: fonts(), defaultFontFamily: FONT_FAMILY, sansSerifFamily: FONT_FAMILY },
    fitTo: { mode: 'zoom', value: SCALE },
  });
  try {
    const { pixels, width, height } = picture.render();
    return indexedPng(pixels, width, height);
  } finally {
    picture.free();
  }
}

/** It may be loaded only once. */
const wasm = memoizeFor(() => initWasm(readFile(pathOfAsset('resvg'))));

function fonts(): Uint8Array[] {
  return FONTS.map((font) => Buffer.from(font, 'base64'));
}
