import { type Usd, usdFromText, ZERO_USD } from '../domain/money.ts';
import { printableLine } from '../domain/printable.ts';
import { CLASS_NAMES, USAGE_CLASSES, type UsageMeasure } from '../domain/usage-class.ts';
import { csvFromLines } from './csv.ts';
import type { Measures, NumberMeasure, Report, Table } from './report.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from './shown.ts';
import { shownValue } from './shown-value.ts';
import { costText, unknownText } from './unknown-text.ts';

/** How a measure is headed in text. CSV and JSON use the field names. */
const MEASURE_TITLES: Readonly<Record<NumberMeasure, string>> = {
  invocations: 'invocations',
  errors: 'errors',
  ...(Object.fromEntries(CLASS_NAMES.map((name) => [USAGE_CLASSES[name].measure, USAGE_CLASSES[name].title])) as Record<
    UsageMeasure,
    string
  >),
  unpriced_invocations: 'unpriced',
  cost_usd: 'cost',
};

/** Columns that are left out of text when they are zero in every row shown. */
const OPTIONAL_COLUMNS: readonly NumberMeasure[] = [
  'errors',
  ...CLASS_NAMES.filter((name) => name !== 'input' && name !== 'output').map((name) => USAGE_CLASSES[name].measure),
  'unpriced_invocations',
];

/** The columns of CSV, in the order of the contract. */
const CSV_MEASURES = [
  'invocations',
  'errors',
  'unpriced_invocations',
  ...CLASS_NAMES.map((name) => USAGE_CLASSES[name].measure),
  'cost_usd',
] as const satisfies NumberMeasure[];

/** @param draw takes the place of the tables' numbers */
export function shownFromReport(report: Report, draw?: (table: Table) => string): ShownReport {
  const { period, tables, totals, coverage } = report;
  const several = tables.length > 1;
  const drawn = (table: Table) => (several ? `${table.title}\n${draw?.(table)}` : draw?.(table));
  return shownReport(
    [
      `${printableLine(report.title)}, ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone})`,
      totalText(totals),
      ...tables.flatMap((table) => (draw ? [drawn(table)] : shownTable(table, totals, several))),
      coverageText(coverage),
    ],
    report.notes,
  );
}

export function textFromReport(report: Report, draw?: (table: Table) => string): string {
  return textFromShown(shownFromReport(report, draw));
}

/** Comma-separated values (RFC 4180), one line a row, exact dollars; several tables get a column that names them. */
export function csvFromReport(report: Report): string {
  const dimensions = [...new Set(report.tables.flatMap((table) => table.by))];
  const several = report.tables.length > 1;
  const header = [...(several ? ['table'] : []), ...dimensions, ...CSV_MEASURES, 'unpriced_reasons', 'doubts'];
  const lines = report.tables.flatMap((table) =>
    table.rows.map((row) => [
      ...(several ? [table.title] : []),
      ...dimensions.map((dimension) => row.key[dimension] ?? ''),
      ...CSV_MEASURES.map((measure) => row[measure]),
      codesText(row.unpriced_reasons),
      codesText(row.doubts),
    ]),
  );
  return csvFromLines([header, ...lines]);
}

/** `no_counts=2 no_price=1`: one cell that is easily taken apart. */
function codesText(codes: Measures['unpriced_reasons'] = {}): string {
  return Object.entries(codes)
    .map(([code, invocations]) => `${code}=${invocations}`)
    .join(' ');
}

/** One line for the whole: what is not known stands beside the dollars, never inside them as a zero. */
export function totalText(measures: Measures): string {
  const { invocations, errors } = measures;
  const parts = [
    `${costText(measures)} for ${invocationsText(invocations)}`,
    ...(errors > 0 ? [`${count(errors)} errors`] : []),
    ...unknownText(measures),
  ];
  return parts.join('; ');
}

function shownTable(table: Table, totals: Measures, titled: boolean): (string | ShownTable)[] {
  if (table.rows.length === 0) return [titled ? `${table.title}\n(no rows)` : '(no rows)'];
  const measures = (Object.keys(MEASURE_TITLES) as NumberMeasure[]).filter(
    (measure) => !OPTIONAL_COLUMNS.includes(measure) || table.rows.some((row) => row[measure] !== 0),
  );
  const total = usdFromText(totals.cost_usd);
  const columns = [...table.by.map(shownValue), ...measures.map((measure) => MEASURE_TITLES[measure]), 'share'];
  const rows = table.rows.map((row) => [
    ...table.by.map((dimension) => shownValue(row.key[dimension] ?? '')),
    ...measures.map((measure) => cellText(row, measure)),
    shareText(row, total),
  ]);
  const sums = [
    'total',
    ...table.by.slice(1).map(() => ''),
    ...measures.map((measure) => cellText(totals, measure)),
    '',
  ];
  const title = titled ? { title: table.title } : {};
  return [{ ...title, columns, names: table.by.length, rows, total: sums }];
}

function cellText(measures: Measures, measure: NumberMeasure): string {
  if (measure.endsWith('_tokens')) return compact(measures[measure] as number);
  if (measure !== 'cost_usd') return count(measures[measure]);
  return costText(measures);
}

/** Of what is wholly unknown there is no share to tell. */
function shareText({ cost_usd, unpriced_invocations }: Measures, total: Usd): string {
  const cost = usdFromText(cost_usd);
  if (total.eq(ZERO_USD) || (cost.eq(ZERO_USD) && unpriced_invocations > 0)) return '';
  return `${cost.div(total).times(100).toFixed(1)} %`;
}

export function coverageText(coverage: Report['coverage']): string {
  const parts = [
    `${count(coverage.records)} records ${coverage.files > 0 ? `in ${count(coverage.files)} files ` : ''}of ${printableLine(coverage.source)}`,
    ...(coverage.duplicates > 0 ? [`${count(coverage.duplicates)} of them repeats of a request`] : []),
    ...(coverage.data_from ? [`from ${coverage.data_from} to ${coverage.data_to}`] : []),
    ...(coverage.skipped_files > 0 ? [`${count(coverage.skipped_files)} other files passed over`] : []),
  ];
  return `Covers ${parts.join(', ')}.`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function invocationsText(invocations: number): string {
  return `${count(invocations)} ${invocations === 1 ? 'invocation' : 'invocations'}`;
}

/** Three digits are what people compare tokens by; JSON and CSV have them all. */
export function compact(tokens: number): string {
  compactFormat ??= new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
  return compactFormat.format(tokens);
}

/** Made once: making it takes a hundred times as long as using it. */
let compactFormat: Intl.NumberFormat | undefined;

/** A midnight is shown as its day. */
export function dayText(moment: string): string {
  return moment.replace(/T00:00:00(Z|[+-]\d{2}:\d{2})$/, '');
}
