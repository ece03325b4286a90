import { type Usd, usdFromText } from '../../domain/money.ts';
import { csvFromLines } from '../csv.ts';
import { coverageText, dayText } from '../render.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import { mainFactor } from './contributors.ts';
import type { Parts } from './decompose.ts';
import { FACTOR_NAMES, type Factor, factorText } from './factors.ts';
import { type Rounding, roundingFor } from './rounded.ts';
import type { SpendChange } from './schema.ts';

/** What is rounded still adds up. */
export function shownFromChange(report: SpendChange): ShownReport {
  const { before, after, coverage, notes, renamed, next_steps: steps } = report;
  const rounding = roundingFor(before.cost_usd, after.cost_usd);
  const [factors, rows] = [roundedFactors(report, rounding), roundedRows(report, rounding)];
  const span = (side: SpendChange['before']) => `${dayText(side.from)} up to ${dayText(side.to)}`;
  const blocks = [
    headline(report, rounding, factors, rows),
    `${span(after)}, against ${span(before)} (${after.timezone})`,
    factorsTable(report, rounding, factors),
    contributorsTable(report, rounding, rows),
    renamed.map((one) => renamedText(one, rounding)).join('\n'),
    steps.map(({ tool, arguments: input, why }) => `Next, ${why}: ${tool} ${JSON.stringify(input)}`).join('\n'),
    coverageText(coverage),
  ];
  return shownReport(blocks, notes);
}

export const textFromChange = (report: SpendChange) => textFromShown(shownFromChange(report));

/** Contributors with all factors, exact; the last line sums those that a limit left out. */
export function csvFromChange({ by, contributors, others }: SpendChange): string {
  const header = [by, 'model', 'before_usd', 'after_usd', 'change_usd', ...FACTOR_NAMES.map((name) => `${name}_usd`)];
  const rest = others ? [{ ...others, caller: `(${others.rows} more)`, model: '' }] : [];
  const lines = [...contributors, ...rest].map(({ caller, model, before_usd, after_usd, change_usd, factors_usd }) => [
    caller,
    model,
    before_usd,
    after_usd,
    change_usd,
    ...FACTOR_NAMES.map((name) => factors_usd[name]),
  ]);
  return csvFromLines([header, ...lines]);
}

/** One story in place of two: neither has gone, nor come. */
function renamedText({ from, to, before_usd, after_usd }: SpendChange['renamed'][number], { plain }: Rounding): string {
  const [before, after] = [usdFromText(before_usd), usdFromText(after_usd)];
  return `Perhaps renamed: ${shownValue(from)} is gone (${plain(before)}), and ${shownValue(to)} came with the same models (${plain(after)}).`;
}

/** A part against the change is worth a word when it is at least this much of it. */
const COUNTER_PART = 0.1;

/** What is shown of each factor that moved: once, so that sentence and table agree. */
function roundedFactors({ factors }: SpendChange, { adding, change }: Rounding): Map<Factor, Usd> {
  const moved = factors.filter(({ usd }) => !usdFromText(usd).eq(0));
  if (moved.length === 0) return new Map();
  const shown = adding(
    moved.map(({ usd }) => usd),
    change,
  );
  return new Map(moved.map(({ factor }, index) => [factor, shown[index] as Usd]));
}

/** Likewise of both periods of each contributor, and of the others together. */
function roundedRows({ contributors, others }: SpendChange, { before, after, adding }: Rounding): [Usd, Usd][] {
  const all = [...contributors, ...(others ? [others] : [])];
  if (all.length === 0) return [];
  const [first, second] = [
    adding(
      all.map((row) => row.before_usd),
      before,
    ),
    adding(
      all.map((row) => row.after_usd),
      after,
    ),
  ];
  return all.map((_, index) => [first[index] as Usd, second[index] as Usd]);
}

function headline(
  report: SpendChange,
  { before, after, plain, signed, change: shown }: Rounding,
  factors: ReadonlyMap<Factor, Usd>,
  rows: readonly [Usd, Usd][],
): string {
  const { before: first, change_usd, contributors } = report;
  const change = usdFromText(change_usd);
  if (change.eq(0)) return `Spend did not change: ${plain(before)} in both periods.`;
  const from = usdFromText(first.cost_usd);
  const percent = from.eq(0) ? '' : ` (${change.gt(0) ? '+' : '-'}${change.div(from).abs().times(100).toFixed(1)} %)`;
  const parts = Object.fromEntries(report.factors.map(({ factor, usd }) => [factor, usdFromText(usd)])) as Parts;
  const named = (factor: Factor) => `${factorText(factor)} (${signed(factors.get(factor) ?? parts[factor])})`;
  const counter = mainFactor(parts, change.neg());
  const against = parts[counter].div(change).lt(-COUNTER_PART) ? `, against it ${named(counter)}` : '';
  const at = contributors.findIndex((one) => usdFromText(one.change_usd).times(change.s).gt(0));
  const [top, topRow] = [contributors[at], rows[at]];
  const who =
    top && topRow
      ? `; first of all ${shownValue(top.caller)} on ${shownValue(top.model)} (${signed(topRow[1].minus(topRow[0]))})`
      : '';
  return `Spend ${change.gt(0) ? 'rose' : 'fell'} ${plain(shown.abs())}${percent} from ${plain(before)} to ${plain(after)}; mostly ${named(mainFactor(parts, change))}${against}${who}.`;
}

function factorsTable(
  { factors }: SpendChange,
  { change, signed }: Rounding,
  rounded: ReadonlyMap<Factor, Usd>,
): ShownTable | undefined {
  if (rounded.size === 0) return undefined;
  const rows = factors.flatMap(({ factor, meaning }) => {
    const part = rounded.get(factor);
    return part === undefined ? [] : [[factorText(factor), meaning, signed(part)]];
  });
  return { columns: ['factor', 'meaning', 'part'], names: 2, rows, total: ['change', '', signed(change)] };
}

function contributorsTable(
  { by, contributors, others }: SpendChange,
  { before, after, change, plain, signed }: Rounding,
  rounded: readonly [Usd, Usd][],
): ShownTable | undefined {
  if (contributors.length === 0) return undefined;
  const who = [
    ...contributors.map(({ caller, model, main_factor }) => [
      shownValue(caller),
      shownValue(model),
      factorText(main_factor),
    ]),
    ...(others ? [[`${others.rows} more`, '', '']] : []),
  ];
  const rows = who.map((cells, index) => {
    const [from, to] = rounded[index] as [Usd, Usd];
    return [...cells, plain(from), plain(to), signed(to.minus(from))];
  });
  const total = ['total', '', '', plain(before), plain(after), signed(change)];
  return { columns: [shownValue(by), 'model', 'mostly', 'before', 'after', 'change'], names: 3, rows, total };
}
