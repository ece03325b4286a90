import { describe, expect, it } from 'vitest';
import { limitRows } from '../../test/helpers/at-once.ts';
import { reportOf } from '../../test/helpers/report.ts';
import { textsOfSvg } from '../../test/helpers/xml.ts';
import { svgFromReport } from './svg.ts';
import { darkened, THEMES } from './theme.ts';

const spend = reportOf(
  ['principal', 'model'],
  [
    { key: { principal: 'role/a', model: 'opus' }, cost: '1100.50' },
    { key: { principal: 'role/b', model: 'opus' }, cost: '20' },
    { key: { principal: 'role/b', model: 'haiku' }, cost: '4.25', unpriced: 12 },
  ],
);

const days = ['2026-10-01', '2026-10-02', '2026-10-03'].map((day) => ({ key: { day }, cost: '1' }));

describe('a breakdown as SVG', () => {
  const texts = textsOfSvg(svgFromReport(spend));

  it('says the question, the period with its timezone, the dollars and what is not in them', () => {
    expect(texts[0]).toBe(
      'Spend by principal, model, 2026-10-01 up to 2026-11-01 (UTC)\n$1,124.75 for 15 invocations; 12 unpriced and not in the dollars',
    );
    expect(texts.slice(-3)).toEqual([
      'Spend by principal, model',
      ...(texts[0] as string).split(/, (?=2026)|\n/).slice(1),
    ]);
  });

  it('says each bar’s and each layer’s dollars as the report does', () => {
    expect(texts).toEqual(
      expect.arrayContaining([
        'role/a',
        '$1,100.50   97.8 %',
        '$24.25 + 12 unpriced   2.2 %',
        'opus  $1,120.50',
        'haiku  $4.25',
        'not known: not in the dollars',
      ]),
    );
  });

  it('has a scale of dollars', () => {
    expect(texts).toEqual(expect.arrayContaining(['$0', '$300', '$900']));
  });
});

describe('time as SVG', () => {
  it('has a column for each day, and says the most expensive', () => {
    const texts = textsOfSvg(
      svgFromReport(reportOf(['day'], [...days, { key: { day: '2026-10-14' }, cost: '223.92' }])),
    );
    expect(texts).toEqual(expect.arrayContaining(['Oct 1', 'Oct 31', 'Oct 14: $223.92', '$250', '$0']));
  });

  it('says what of it is not drawn', () => {
    const texts = textsOfSvg(svgFromReport(limitRows(reportOf(['day'], days), 2)));
    expect(texts.join('\n')).toContain('$1.00 of 1 later rows not drawn');
  });

  it('says that longer stretches are drawn than were asked for', () => {
    const period = { from: '2026-01-01T00:00:00Z', to: '2026-11-01T00:00:00Z', timezone: 'UTC' };
    const report = reportOf(['hour'], [{ key: { hour: '2026-10-14T05:00Z' }, cost: '1' }], { period });
    expect(textsOfSvg(svgFromReport(report)).join('\n')).toContain('drawn by day');
  });

  it('stays small with an hour for each of a month', () => {
    const hours = Array.from({ length: 744 }, (_, at) => new Date(Date.UTC(2026, 9, 1, at)).toISOString());
    const spent = hours.map((hour, at) => ({ key: { hour: `${hour.slice(0, 16)}Z` }, cost: `${at % 7}` }));
    expect(svgFromReport(reportOf(['hour'], spent)).length).toBeLessThan(100_000);
  });
});

describe('any SVG', () => {
  it('is the same for the same report', () => {
    expect(svgFromReport(spend)).toBe(svgFromReport(spend));
  });

  it('says that there is no usage rather than show an empty frame', () => {
    expect(textsOfSvg(svgFromReport(reportOf(['model'], [])))).toContain('No usage.');
    expect(textsOfSvg(svgFromReport(reportOf(['day'], [])))).toContain('No usage.');
  });

  it('escapes what names from logs hold', () => {
    const names = [
      '<script>alert(1)</script>',
      '"/><image href="https://x"/>',
      '{a|b} & ]]>',
      'a\u0000\u202Eb\u0007',
      "'onload='x",
    ];
    const report = reportOf(
      ['principal', 'model'],
      names.map((name) => ({ key: { principal: name, model: `model ${name}` }, cost: '1' })),
      { title: `Spend by ${names.join(', ')}` },
    );
    const svg = svgFromReport(report);
    expect(textsOfSvg(svg)).toEqual(
      expect.arrayContaining([names[0], names[1], names[2], 'a\uFFFD\uFFFDb\uFFFD', names[4]]),
    );
    // A quotation mark in a text is written as an entity.
    expect(svg).not.toMatch(/<(script|image|foreignObject|a)\b|href="|\bon\w+="/);
  });

  it('draws several tables below each other, each under its title', () => {
    const [byModel, byDay] = [reportOf(['model'], [{ key: { model: 'opus' }, cost: '3' }]), reportOf(['day'], days)];
    const tables = [...byDay.tables.map((table) => ({ ...table, title: 'By day' })), ...byModel.tables];
    const texts = textsOfSvg(svgFromReport({ ...byModel, tables }));
    expect(texts).toEqual(expect.arrayContaining(['By day', 'Oct 1', 'Breakdown', 'opus', '$3.00   100.0 %']));
  });

  it('turns dark with the reader’s screen, every colour of it', () => {
    const svg = svgFromReport(spend);
    const style = /<style>@media \(prefers-color-scheme: dark\) \{(.*)\}<\/style>/.exec(svg)?.[1] ?? '';
    const [, drawing = ''] = svg.split('</style>');
    const used = new Set([...drawing.matchAll(/(?:fill|stroke)="(#\w+)"/g)].map(([, colour]) => colour as string));
    expect(used).toContain(THEMES.light.background);
    expect([...used].filter((colour) => !style.includes(`[fill="${colour}"]`))).toEqual([]);
    // No colour anywhere that the style would miss.
    const elsewhere = drawing.replaceAll(
      /(?:fill|stroke)="(?:#\w{6}|none|url\([^)]*\)|rgb\(0,0,0\)" fill-opacity="0)"/g,
      '',
    );
    expect(elsewhere).not.toMatch(/rgb\(|#[0-9a-f]{3,8}\b|(?:fill|stroke)="/);
  });

  it('is light or dark alone when asked', () => {
    const dark = svgFromReport(spend, { theme: 'dark' });
    expect(dark).not.toContain('prefers-color-scheme');
    const light = darkened().map(([colour]) => colour);
    expect(light.filter((colour) => dark.includes(`"${colour}"`))).toEqual([]);
  });
});
