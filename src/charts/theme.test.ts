import { describe, expect, it } from 'vitest';
import { darkened, THEMES, type Theme } from './theme.ts';

type Rgb = [number, number, number];

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function linear(colour: string): Rgb {
  return [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
}

function contrast(a: string, b: string): number {
  const luminance = ([red, green, blue]: Rgb) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [dark = 0, light = 0] = [luminance(linear(a)), luminance(linear(b))].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

/** What eyes without one of the three cones see: Machado, Oliveira and Fernandes, 2009, https://doi.org/10.1109/TVCG.2009.113 */
const EYES: Readonly<Record<string, readonly Rgb[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'without red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'without green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

/** Distance in OKLab, https://bottosson.github.io/posts/oklab/ */
function difference(a: string, b: string, eyes: readonly Rgb[]): number {
  const lab = (colour: string) => {
    const [red, green, blue] = eyes.map((row) => {
      const [r, g, b] = linear(colour);
      return Math.max(0, row[0] * r + row[1] * g + row[2] * b);
    }) as Rgb;
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [one, other] = [lab(a), lab(b)];
  return Math.hypot(...one.map((part, at) => part - (other[at] as number)));
}

const pairs = <Item>(items: readonly Item[]) =>
  items.flatMap((a, at) => items.slice(at + 1).map((b): [Item, Item] => [a, b]));

describe.each(Object.entries(THEMES))('the %s theme', (_, theme: Theme) => {
  it('has text that can be read: 4.5:1', () => {
    for (const colour of [theme.text, theme.muted]) expect(contrast(colour, theme.background)).toBeGreaterThan(4.5);
  });

  it('has bars, hatching and axes that stand out: 3:1', () => {
    for (const colour of [...theme.series, theme.others, theme.muted, theme.axis])
      expect([colour, contrast(colour, theme.background) >= 3]).toEqual([colour, true]);
  });

  it.each(Object.keys(EYES))('has bars that %s eyes tell apart', (eyes) => {
    const alike = pairs(theme.series).filter(([a, b]) => difference(a, b, EYES[eyes] as Rgb[]) < 0.08);
    expect(alike).toEqual([]);
  });
});

it('a light colour has one dark colour in its place', () => {
  const light = darkened().map(([colour]) => colour);
  expect(new Set(light).size).toBe(light.length);
});
