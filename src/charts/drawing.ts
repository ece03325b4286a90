import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { pathOfAsset } from '../assets.ts';
import { usdFromText } from '../domain/money.ts';
import type { Report } from '../reports/report.ts';
import { chartFromStacks } from './chart.ts';
import { FONTS, NOT_IN_FONT } from './font.ts';
import { indexedPng } from './indexed-png.ts';
import type { Stack } from './stack.ts';
import { svgFromChart } from './svg.ts';
import { FONT_FAMILY, type ThemeName } from './theme.ts';

/** What a thread is asked to draw. */
export interface Drawing {
  /** Without its rows. */
  report: Report;
  /** As JSON, which dollars go through as text. */
  stacks: string;
  theme: ThemeName;
}

/** Pixels a unit: small letters stay sharp on a good screen and in the eyes of a model. */
const SCALE = 2;

parentPort?.on('message', async (drawing: Drawing) => {
  parentPort?.postMessage(await drawn(drawing));
});

/** WebAssembly draws it: half as large as resvg's native code, about as fast, and one for every machine that Lambda, npm and desktop hosts run on. */
async function drawn({ report, stacks, theme }: Drawing): Promise<Uint8Array> {
  const chart = chartFromStacks(report, stacksFromJson(stacks), { theme });
  // What the font lacks would leave no trace.
  const svg = svgFromChart(chart, theme).replace(NOT_IN_FONT, '\uFFFD');
  wasm ??= initWasm(readFile(pathOfAsset('resvg')));
  await wasm;
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
let wasm: Promise<void> | undefined;

function fonts(): Uint8Array[] {
  return FONTS.map((font) => Buffer.from(font, 'base64'));
}

function stacksFromJson(text: string): Stack[] {
  return JSON.parse(text, (name, value) => {
    if (name === 'cost') return usdFromText(value as string);
    return name === 'costs' ? (value as string[]).map(usdFromText) : value;
  }) as Stack[];
}
