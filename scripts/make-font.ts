/**
 * Writes src/charts/font.ts: the letters of Arimo that charts are likely to need, as text, so that they travel with the code into
 * a package, a bundle and an image alike. `node scripts/make-font.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import subsetFont from 'subset-font';

const PACKAGE = join(import.meta.dirname, '../node_modules/@expo-google-fonts/arimo');

/** Latin with its accents, Greek, Cyrillic. Names of callers and models are ASCII; values of tags need not be. */
const RANGES: readonly [first: number, last: number][] = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x386, 0x3ce],
  [0x400, 0x45f],
  [0x490, 0x491],
];

const SIGNS = '‐‑–—‘’‚“”„†•…‰‹›€™−≤≥←↑→↓\uFFFD';

async function fontText(style: string): Promise<string> {
  const letters = RANGES.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
  const font = await subsetFont(
    readFileSync(join(PACKAGE, style, `Arimo_${style}.ttf`)),
    `${String.fromCodePoint(...letters)}${SIGNS}`,
    { targetFormat: 'woff2' },
  );
  return font.toString('base64');
}

function escaped(letter: number): string {
  return `\\u${letter.toString(16).padStart(4, '0')}`;
}

if (import.meta.main) {
  // Kept by tsc and esbuild: the licence wants to go where the font goes.
  const licence = readFileSync(join(PACKAGE, 'LICENSE_FONT'), 'utf8').trim();
  writeFileSync(
    join(import.meta.dirname, '../src/charts/font.ts'),
    `/*!\n${licence}\n*/

/** Made by scripts/make-font.ts: Arimo, regular and bold, WOFF2 as base64. */
export const FONTS: readonly string[] = [
  '${await fontText('400Regular')}',
  '${await fontText('700Bold')}',
];

/** Letters that are not in it. */
export const NOT_IN_FONT = /[^\\n${RANGES.map((range) => range.map(escaped).join('-')).join('')}${SIGNS.replace('\uFFFD', '\\uFFFD')}]/gu;
`,
  );
}
