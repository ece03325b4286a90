import { displayUsd, usdFromText } from '../../domain/money.ts';
import { csvFromLines } from '../csv.ts';
import { count, coverageText, dayText } from '../render.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import type { SimulatedRow, Simulation } from './schema.ts';

export function shownFromSimulation(report: Simulation): ShownReport {
  const { period, coverage, notes } = report;
  const blocks = [
    headline(report),
    `${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone}): the same requests, ${report.simulated}`,
    shownTable(report),
    coverageText(coverage),
  ];
  return shownReport(blocks, notes);
}

export const textFromSimulation = (report: Simulation) => textFromShown(shownFromSimulation(report));

const MEASURES = [
  'invocations',
  'moved_invocations',
  'unpriced_invocations',
  'before_usd',
  'after_usd',
  'saving_usd',
] as const satisfies (keyof SimulatedRow)[];

export function csvFromSimulation({ by, rows }: Simulation): string {
  const lines = rows.map((row) => [
    ...by.map((name) => row.key[name] ?? ''),
    ...MEASURES.map((measure) => row[measure]),
  ]);
  return csvFromLines([[...by, ...MEASURES], ...lines]);
}

const money = (text: string) => displayUsd(usdFromText(text));

function headline({ totals, largest }: Simulation): string {
  const { before_usd, after_usd, saving_usd } = totals;
  if (after_usd === undefined || saving_usd === undefined) {
    if (largest.length === 0) return `Spend was ${money(before_usd)}; no alternative with a known price costs less.`;
    const parts = largest.map((row) =>
      row.fit === 'same model'
        ? `without another model ${savingText(row)}`
        : `with another model ${savingText(row)} (${row.fit})`,
    );
    return `Spend was ${money(before_usd)}; most would be saved ${parts.join(', ')}.`;
  }
  const saving = usdFromText(saving_usd);
  const percent = usdFromText(before_usd).eq(0)
    ? ''
    : ` (${saving.abs().div(usdFromText(before_usd)).times(100).toFixed(1)} %)`;
  const verdict = saving.eq(0) ? 'the same' : `${displayUsd(saving.abs())}${percent} ${saving.gt(0) ? 'less' : 'more'}`;
  return `${money(before_usd)} would have been ${money(after_usd)}: ${verdict}.`;
}

function savingText({ key, saving_usd }: SimulatedRow): string {
  return `by ${shownValue(key['model'] ?? '')}, ${key['alternative']}: ${money(saving_usd)}`;
}

function shownTable({ by, rows, totals }: Simulation): ShownTable | undefined {
  if (rows.length === 0) return undefined;
  const hasFit = rows.some(({ fit }) => fit !== undefined);
  const names = [...by.map(shownValue), ...(hasFit ? ['which is'] : [])];
  const columns = [...names, 'invocations', 'moved', 'before', 'after', 'saving'];
  const fitCells = ({ fit }: SimulatedRow) => (hasFit ? [fit ?? ''] : []);
  const cells = rows.map((row) => [...by.map((name) => keyCell(name, row)), ...fitCells(row), ...moneyCells(row)]);
  const { moved_invocations, after_usd, saving_usd } = totals;
  const isSum = moved_invocations !== undefined && after_usd !== undefined && saving_usd !== undefined;
  const sums = isSum
    ? {
        total: [
          ...['total', ...by.slice(1).map(() => '')],
          ...moneyCells({ ...totals, moved_invocations, after_usd, saving_usd }),
        ],
      }
    : {};
  return { columns, names: names.length, rows: cells, ...sums };
}

function moneyCells(row: Omit<SimulatedRow, 'key'>): string[] {
  const isUnpriced = row.unpriced_invocations > 0 && usdFromText(row.before_usd).eq(0);
  return [
    count(row.invocations),
    count(row.moved_invocations),
    ...(isUnpriced
      ? ['unpriced', 'unpriced', '']
      : [money(row.before_usd), money(row.after_usd), money(row.saving_usd)]),
  ];
}

/** What else could have been called is in our own words. */
function keyCell(name: string, { key }: SimulatedRow): string {
  const value = key[name] ?? '';
  return name === 'alternative' ? value : shownValue(value);
}
