import type { EChartsCoreOption } from 'echarts/core';
import { type Dimension, isTimeDimension } from '../domain/dimension.ts';
import { displayUsd, usdFromText } from '../domain/money.ts';
import { printable } from '../domain/printable.ts';
import { atOnce, type Steps } from '../domain/steps.ts';
import type { Report, Table } from '../reports/report.ts';
import { costText, unknownText } from '../reports/unknown-text.ts';
import { barPanel } from './bar-panel.ts';
import { shortened } from './labels.ts';
import { EDGE, FONT_SIZE, type Panel, UNPRICED } from './panel.ts';
import { isLacking, type Stack, type StackLimits, stackInSteps } from './stack.ts';
import { FONT_FAMILY, THEMES, type Theme, type ThemeName } from './theme.ts';
import { timePanel } from './time-panel.ts';

/** A picture as ECharts draws it, in a browser as on a server. */
export interface Chart {
  option: EChartsCoreOption;
  width: number;
  height: number;
  /** For those who do not see it. */
  title: string;
}

export interface ChartChoices {
  theme?: ThemeName;
  width?: number;
  /** Without title and subtitle, for a page that says these itself. */
  bare?: boolean;
}

/** Of one table, and of each where there are several. */
export const LIMITS: StackLimits = { bars: 15, layers: 7, times: 1000 };
const LIMITS_OF_SEVERAL: StackLimits = { ...LIMITS, bars: 6 };

/** Title and two lines. */
const HEADER_HEIGHT = 82;
const BARE_HEADER_HEIGHT = 8;

// Without quotes, which zrender would write into an attribute as they are.
const FONTS = `${FONT_FAMILY}, Arial, Helvetica, Liberation Sans, sans-serif`;

/** The tables of a report, drawn one below the other. It changes no number: what is said in it is what the report says. */
export function chartFromReport(report: Report, choices: ChartChoices = {}): Chart {
  return chartFromStacks(report, atOnce(stacksFromReport(report)), choices);
}

/** What is drawn of a report's rows: some thousand places, however many rows there are. */
export function* stacksFromReport({ tables, period }: Pick<Report, 'tables' | 'period'>): Steps<Stack[]> {
  const stacks: Stack[] = [];
  const limits = tables.length > 1 ? LIMITS_OF_SEVERAL : LIMITS;
  for (const table of tables) stacks.push(yield* stackInSteps(table, period, limits));
  return stacks;
}

/** @param report its rows are in the stacks */
export function chartFromStacks(
  report: Report,
  stacks: readonly Stack[],
  { theme: name = 'light', width = 860, bare = false }: ChartChoices,
): Chart {
  const theme = THEMES[name];
  const total = usdFromText(report.totals.cost_usd);
  const several = report.tables.length > 1;
  const subtitle = subtitleOf(report, stacks);
  const titles: object[] = bare ? [] : [titleOf(report.title, subtitle, theme)];
  const panels: Panel[] = [];
  const header = bare ? BARE_HEADER_HEIGHT : HEADER_HEIGHT;
  const legend = legendOf(stacks, theme, { top: header, width });
  let top = header + legend.height;
  for (const [at, stack] of stacks.entries()) {
    if (several) titles.push(panelTitle((report.tables[at] as Table).title, top, theme));
    if (several) top += 26;
    const empty = stack.bars.length === 0 || report.totals.invocations === 0;
    if (empty) titles.push(emptyTitle(top, theme));
    else
      panels.push((isOverTime(stack) ? timePanel : barPanel)(stack, { top, width, at: panels.length, theme, total }));
    top += (empty ? 40 : (panels.at(-1)?.height ?? 0)) + (several ? 18 : 0);
  }
  return {
    width,
    height: top + 12,
    title: `${printable(report.title)}, ${subtitle}`,
    option: {
      animation: false,
      backgroundColor: theme.background,
      textStyle: { fontFamily: FONTS, color: theme.text },
      title: titles,
      legend: legend.options,
      grid: panels.map(({ grid }) => grid),
      xAxis: panels.map(({ xAxis }) => xAxis),
      yAxis: panels.map(({ yAxis }) => yAxis),
      series: panels.flatMap(({ series }) => series),
    },
  };
}

function isOverTime({ by }: Stack): boolean {
  return isTimeDimension(by as Dimension);
}

/** Period and timezone; then dollars, and what is not in them. */
function subtitleOf({ period, totals, tables }: Report, stacks: readonly Stack[]): string {
  const coarser = stacks.flatMap(({ by }, at) => (tables[at]?.by.includes(by) ? [] : [`drawn by ${by}`]));
  const day = (moment: string) => moment.replace(/T00:00:00(Z|[+-]\d{2}:\d{2})$/, '');
  const money = [
    `${costText(totals)} for ${count(totals.invocations)} invocations`,
    ...unknownText(totals),
    ...tables.flatMap(notDrawn),
    ...coarser,
  ];
  return `${day(period.from)} up to ${day(period.to)} (${period.timezone})\n${money.join('; ')}`;
}

/** Rows that a limit cut off are in no column when they are later times; bars have them among the others. */
function notDrawn({ omitted, by }: Table): string[] {
  if (omitted === undefined || !by.some((name) => isTimeDimension(name as Dimension))) return [];
  return [`${displayUsd(usdFromText(omitted.cost_usd))} of ${count(omitted.rows)} later rows not drawn`];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function titleOf(title: string, subtitle: string, theme: Theme): object {
  return {
    left: EDGE - 5,
    top: 9,
    borderColor: theme.background,
    text: printable(title).replaceAll('\n', ' '),
    textStyle: { color: theme.text, fontSize: 17, fontWeight: 'bold' },
    subtext: subtitle,
    subtextStyle: { color: theme.muted, fontSize: FONT_SIZE, lineHeight: 17 },
    itemGap: 6,
  };
}

function panelTitle(text: string, top: number, theme: Theme): object {
  const textStyle = { color: theme.text, fontSize: 13, fontWeight: 'bold' };
  return { left: EDGE - 5, top: top - 5, borderColor: theme.background, text, textStyle };
}

function emptyTitle(top: number, theme: Theme): object {
  const textStyle = { color: theme.muted, fontSize: FONT_SIZE, fontWeight: 'normal' };
  return { left: EDGE - 5, top, borderColor: theme.background, text: 'No usage.', textStyle };
}

const LEGEND = { rowHeight: 22, icon: 12, gap: 8, padding: 12, characters: 40 };

/** Which colour is what, with its dollars. Each row is a legend of its own, for ECharts does not tell how many rows it took. */
function legendOf(
  stacks: readonly Stack[],
  theme: Theme,
  { top, width }: { top: number; width: number },
): { height: number; options: object[] } {
  const layers = stacks.flatMap(({ layers }) => (layers.length > 1 ? layers.filter(({ cost }) => cost.gt(0)) : []));
  const unpriced = stacks.some(({ bars }) => bars.some(isLacking));
  const texts = new Map<string, string>([
    ...layers.map(({ label, cost }): [string, string] => [
      label,
      `${shortened(label, LEGEND.characters)}  ${displayUsd(cost)}`,
    ]),
    ...(unpriced ? [[UNPRICED, UNPRICED] as [string, string]] : []),
  ]);
  const rows = rowsOf(texts, width - 2 * EDGE);
  const options = rows.map((names, row) => ({
    left: EDGE - 5,
    top: top - 7 + row * LEGEND.rowHeight,
    borderColor: theme.background,
    itemWidth: LEGEND.icon,
    itemHeight: LEGEND.icon,
    itemGap: LEGEND.gap,
    data: names.map((name) => ({ name, icon: 'rect' })),
    formatter: (name: string) => texts.get(name) ?? name,
    textStyle: { color: theme.text, fontSize: FONT_SIZE, padding: [0, LEGEND.padding, 0, 0] },
    selectedMode: false,
  }));
  return { height: rows.length === 0 ? 0 : rows.length * LEGEND.rowHeight + 10, options };
}

function rowsOf(texts: ReadonlyMap<string, string>, width: number): string[][] {
  const rows: string[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [name, text] of texts) {
    const needed = text.length * FONT_SIZE * 0.51 + LEGEND.icon + LEGEND.gap + LEGEND.padding + 5;
    if (used + needed > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(name);
    used += needed;
  }
  return rows;
}
