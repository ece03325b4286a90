import { type Dimension, isTimeDimension, type TimeDimension } from '../domain/dimension.ts';
import { type Usd, usdFromText, ZERO_USD } from '../domain/money.ts';
import { bucketsFromPeriod } from '../domain/period.ts';
import { printable } from '../domain/printable.ts';
import { atOnce, each, mapped, type Steps, sorted } from '../domain/steps.ts';
import { type Lacking, NOTHING_LACKING } from '../domain/unpriced.ts';
import type { Report, ReportRow, Table } from '../reports/report.ts';
import { lackingIn } from '../reports/unknown-text.ts';

/**
 * A table as bars made of layers: what every drawing is made from, of pixels or of characters. Nothing is lost in it: bars and layers
 * beyond the most that can be told apart are added up as others.
 */
export interface Stack {
  /** The first dimension, or the time that each bar is a stretch of. */
  by: string;
  /** Most expensive first, others last; where they are times, in order and without gaps. */
  bars: Bar[];
  /** Most expensive first, others last; one without a name where there is no second dimension. */
  layers: Layer[];
}

export interface Bar {
  label: string;
  cost: Usd;
  /** Invocations whose cost is not wholly known: what is not known is not in `cost`. */
  lacking: Lacking;
}

export interface Layer {
  label: string;
  cost: Usd;
  /** Its part of each bar. */
  costs: Usd[];
  /** Of all that found no place of their own. */
  others: boolean;
}

export interface StackLimits {
  bars: number;
  layers: number;
  /** Stretches of time; with more, the next longer stretch is drawn. */
  times: number;
}

/** What a row becomes; what a limit cut off has no names. */
interface Cell {
  bar: string | undefined;
  layer: string | undefined;
  cost: Usd;
  lacking: Lacking;
}

export function isLacking({ lacking: { price, usage } }: Pick<Bar, 'lacking'>): boolean {
  return price + usage > 0;
}

export function highestOf(bars: readonly Bar[]): Usd {
  return bars.reduce((most, { cost }) => (cost.gt(most) ? cost : most), ZERO_USD);
}

export function stackFromTable(table: Table, period: Report['period'], limits: StackLimits): Stack {
  return atOnce(stackInSteps(table, period, limits));
}

export function* stackInSteps(table: Table, period: Report['period'], limits: StackLimits): Steps<Stack> {
  const times = table.by.filter((name): name is TimeDimension => isTimeDimension(name as Dimension));
  const finest = FINEST_FIRST.find((time) => times.includes(time));
  const by = finest ?? (table.by[0] as string);
  const layerNames = table.by.filter((name) => name !== by && !isTimeDimension(name as Dimension));
  const cells = yield* mapped(table.rows, (row) => cellFromRow(row, by, layerNames));
  if (finest !== undefined) return yield* stackOfTimes(cells, finest, table, period, limits);
  return yield* assemble(by, [...cells, ...cutOff(table)], limits.bars, limits.layers);
}

const FINEST_FIRST: readonly TimeDimension[] = ['hour', 'day', 'week', 'month'];

function cellFromRow(row: ReportRow, by: string, layerNames: readonly string[]): Cell {
  return {
    bar: labelOf(row.key[by]),
    layer: layerNames.map((name) => labelOf(row.key[name])).join(' · '),
    cost: usdFromText(row.cost_usd),
    lacking: lackingIn(row),
  };
}

function labelOf(name = ''): string {
  return printable(name).replaceAll('\n', ' ');
}

function cutOff({ omitted }: Table): Cell[] {
  if (omitted === undefined) return [];
  return [{ bar: undefined, layer: undefined, cost: usdFromText(omitted.cost_usd), lacking: lackingIn(omitted) }];
}

/** Rows that a limit cut off are the latest ones: the picture ends where the rows do. */
function* stackOfTimes(
  cells: readonly Cell[],
  interval: TimeDimension,
  { omitted }: Table,
  period: Report['period'],
  limits: StackLimits,
): Steps<Stack> {
  const { timezone } = period;
  const [from, to] = [Date.parse(period.from), Date.parse(period.to)];
  const buckets = bucketsFromPeriod(interval, { from, to, timezone });
  // A server may know the timezone's rules otherwise: its rows are drawn in any case.
  const known = new Set(buckets.map(({ label }) => label));
  yield* each(cells, ({ bar }) => known.add(bar ?? ''));
  const labels = [...known];
  const end = omitted === undefined ? labels.length : labels.indexOf(cells.at(-1)?.bar ?? '') + 1;
  const longer = LONGER[interval];
  if (end <= limits.times || longer === undefined)
    return yield* assemble(interval, cells, limits.bars, limits.layers, labels.slice(0, end));
  const shorten = (label: string) => label.slice(0, longer.length);
  const shortened = yield* mapped(cells, (cell) => ({ ...cell, bar: shorten(cell.bar ?? '') }));
  const drawn = [...new Set(labels.slice(0, end).map(shorten))];
  return yield* assemble(longer.interval, shortened, limits.bars, limits.layers, drawn);
}

/** The label of a longer stretch is the beginning of a shorter one's. */
const LONGER: Partial<Record<TimeDimension, { interval: TimeDimension; length: number }>> = {
  hour: { interval: 'day', length: '2026-10-01'.length },
  day: { interval: 'month', length: '2026-10'.length },
};

/** @param times the bars' labels in order, where bars are times */
function* assemble(
  by: string,
  cells: readonly Cell[],
  most: number,
  mostLayers: number,
  times?: string[],
): Steps<Stack> {
  const ranks = {
    bar: times
      ? { labels: times, of: new Map(times.map((time, at) => [time, at])), others: -1 }
      : yield* ranked(cells, 'bar', most),
    layer: yield* ranked(cells, 'layer', mostLayers),
  };
  const bars: Bar[] = ranks.bar.labels.map((label) => ({ label, cost: ZERO_USD, lacking: NOTHING_LACKING }));
  const layers: Layer[] = ranks.layer.labels.map((label, at) => ({
    label,
    cost: ZERO_USD,
    costs: bars.map(() => ZERO_USD),
    others: at === ranks.layer.others,
  }));
  yield* each(cells, (cell) => {
    const barAt = ranks.bar.of.get(cell.bar) ?? ranks.bar.others;
    const [bar, layer] = [bars[barAt] as Bar, layers[ranks.layer.of.get(cell.layer) ?? ranks.layer.others] as Layer];
    bar.cost = bar.cost.plus(cell.cost);
    bar.lacking = sumOf(bar.lacking, cell.lacking);
    layer.cost = layer.cost.plus(cell.cost);
    layer.costs[barAt] = (layer.costs[barAt] as Usd).plus(cell.cost);
  });
  return { by, bars, layers };
}

function sumOf(a: Lacking, b: Lacking): Lacking {
  return { price: a.price + b.price, usage: a.usage + b.usage };
}

function countOf({ price, usage }: Lacking): number {
  return price + usage;
}

interface Ranks {
  labels: string[];
  of: Map<string | undefined, number>;
  /** Place of all that are not in `of`. */
  others: number;
}

function* ranked(cells: readonly Cell[], name: 'bar' | 'layer', most: number): Steps<Ranks> {
  const sums = new Map<string, Pick<Cell, 'cost' | 'lacking'>>();
  let cut = false;
  yield* each(cells, (cell) => {
    const label = cell[name];
    cut ||= label === undefined;
    if (label === undefined) return;
    const { cost, lacking } = sums.get(label) ?? { cost: ZERO_USD, lacking: NOTHING_LACKING };
    sums.set(label, { cost: cost.plus(cell.cost), lacking: sumOf(lacking, cell.lacking) });
  });
  const largest = yield* sorted(
    [...sums],
    ([, a], [, b]) => b.cost.cmp(a.cost) || countOf(b.lacking) - countOf(a.lacking),
  );
  const order = largest.map(([label]) => label);
  // One that is left alone takes the place that the sum of others would take.
  const kept = order.length + (cut ? 1 : 0) <= most + 1 ? order : order.slice(0, most);
  const left = order.length - kept.length;
  return {
    labels: [...kept, ...(cut ? ['others'] : left > 0 ? [`${left} others`] : [])],
    of: new Map(kept.map((label, at) => [label, at])),
    others: left > 0 || cut ? kept.length : -1,
  };
}
