import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reportOf } from '../../test/helpers/report.ts';
import { turnsDuring } from '../../test/helpers/turns.ts';
import { indexedPng } from './indexed-png.ts';
import { pngFromReport } from './png.ts';
import { THEMES } from './theme.ts';

const spend = reportOf(
  ['principal', 'model'],
  [
    { key: { principal: 'role/a', model: 'opus' }, cost: '1100.50' },
    { key: { principal: 'role/Łódź-Ελλάς-Привет', model: 'haiku' }, cost: '420.25', unpriced: 12 },
  ],
);

/** A PNG with a palette and lines without filters, taken apart again. */
function decoded(png: Uint8Array) {
  const bytes = Buffer.from(png);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12)
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  const header = chunks.get('IHDR') as Buffer;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const palette = (chunks.get('PLTE') as Buffer).toString('hex').match(/.{6}/g) ?? [];
  const lines = inflateSync(chunks.get('IDAT') as Buffer);
  const uses = new Map<string, number>();
  for (let at = 0; at < lines.length; at += 1) {
    const colour = `#${palette[lines[at] as number]}`;
    if (at % (width + 1) > 0) uses.set(colour, (uses.get(colour) ?? 0) + 1);
  }
  return { width, height, uses };
}

describe('a picture', () => {
  it.each(['light', 'dark'] as const)('is %s, with its bars and texts in the colours of the theme', async (theme) => {
    const { width, height, uses } = decoded(await pngFromReport(spend, { theme }));
    const { background, text, series } = THEMES[theme];
    expect([width, height]).toEqual([1720, expect.any(Number)]);
    expect(height).toBeGreaterThan(300);
    expect(uses.get(background)).toBeGreaterThan(width * height * 0.7);
    // Two bars of 34 pixels.
    expect(uses.get(series[0])).toBeGreaterThan(34 * 400);
    expect(uses.get(series[1])).toBeGreaterThan(34 * 100);
    expect(uses.get(text)).toBeGreaterThan(1000);
  });

  it('has letters beyond ASCII, and a sign in place of those that its font lacks', async () => {
    const drawn = async (principal: string) => {
      const { uses } = decoded(await pngFromReport(reportOf(['principal'], [{ key: { principal }, cost: '1' }])));
      return uses.get(THEMES.light.text) ?? 0;
    };
    const [none = 0, ...counts] = await Promise.all(['', 'ŁŁŁŁ', 'ΔΔΔΔ', 'ЖЖЖЖ', '日日日日'].map(drawn));
    expect(new Set(counts).size).toBe(4);
    expect(Math.min(...counts)).toBeGreaterThan(none);
  });

  it('is drawn while others have their turns', async () => {
    const draw = () => pngFromReport(spend);
    await draw();
    expect(await turnsDuring(draw)).toBeGreaterThan(10);
  });

  it('that cannot be drawn keeps nobody from the next one, nor does one that is cancelled', async () => {
    const broken = { ...spend, totals: { ...spend.totals, cost_usd: 'no dollars' } };
    const [failed, cancelled, drawn] = await Promise.allSettled([
      pngFromReport(broken),
      pngFromReport(spend, {}, { signal: AbortSignal.abort() }),
      pngFromReport(spend),
    ]);
    expect([failed.status, cancelled]).toEqual(['rejected', { status: 'rejected', reason: expect.anything() }]);
    expect(drawn.status).toBe('fulfilled');
  });

  it('is small enough to send', async () => {
    const many = Array.from({ length: 40 }, (_, at) => ({
      key: { principal: `role/AWSReservedSSO_Developer_${'5c1e09b7d2f4a863'.slice(at % 8)}${at}`, model: `m${at % 9}` },
      cost: `${at * at}`,
      unpriced: at % 3,
    }));
    expect((await pngFromReport(reportOf(['principal', 'model'], many))).length).toBeLessThan(100_000);
  });
});

describe('a palette', () => {
  const picture = (colours: readonly number[]) =>
    indexedPng(Uint8Array.from(colours.flatMap((c) => [c, c, c, 255])), colours.length, 1);

  it('keeps every colour where there are few', () => {
    expect([...decoded(picture([0, 0, 7, 255])).uses]).toEqual([
      ['#000000', 2],
      ['#070707', 1],
      ['#ffffff', 1],
    ]);
  });

  it('gives rare shades the nearest of the common ones', () => {
    const common = Array.from({ length: 128 }, (_, at) => at * 2);
    const { uses } = decoded(picture([...common, ...common, 101]));
    expect(uses.size).toBe(64);
    expect([...uses.values()].reduce((sum, count) => sum + count)).toBe(257);
  });
});
