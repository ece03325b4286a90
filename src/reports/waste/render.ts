import { displayUsd, usdFromText } from '../../domain/money.ts';
import { csvFromLines } from '../csv.ts';
import { count, coverageText, dayText } from '../render.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import { type Finding, findingSchema, type WasteKind, type WasteReport } from './schema.ts';

export function shownFromWaste(report: WasteReport): ShownReport {
  const { period, kinds, findings, omitted_findings, coverage, notes } = report;
  const blocks = [
    `Spend that may be wasted, ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone}); kinds overlap`,
    kindsTable(kinds),
    findings.length > 0 ? undefined : '(nothing found)',
    ...[...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, group]) => kindTable(kind, group)),
    omitted_findings > 0 ? `${omitted_findings} more, less expensive. Raise "limit".` : undefined,
    coverageText(coverage),
  ];
  return shownReport(blocks, notes);
}

export const textFromWaste = (report: WasteReport) => textFromShown(shownFromWaste(report));

/** One line a finding, exact dollars. */
export function csvFromWaste({ findings }: WasteReport): string {
  const names = Object.keys(findingSchema.shape) as (keyof Finding)[];
  return csvFromLines([names, ...findings.map((finding) => names.map((name) => finding[name]))]);
}

// --- internal ---

const money = (text: string) => displayUsd(usdFromText(text));

/** What the dollars of a kind are: of few kinds they are all lost. */
const MEANING: Readonly<Record<WasteKind, string>> = {
  failed: 'what they were billed',
  truncated: 'what they cost',
  'retry storm': 'of the calls that came through',
  'oversized input': 'what they cost',
  'dearer routing': 'what global routing saves',
};

function kindsTable(kinds: WasteReport['kinds']): ShownTable {
  const rows = kinds.map(({ kind, invocations, errors, usd }) => [
    ...[kind, MEANING[kind], count(invocations), count(errors), money(usd)],
  ]);
  return { columns: ['kind', 'its dollars', 'invocations', 'errors', 'usd'], names: 2, rows };
}

interface Column {
  title: string;
  cell(finding: Finding): string;
}

const WHO: readonly Column[] = [
  { title: 'principal', cell: ({ principal }) => shownValue(principal) },
  { title: 'model', cell: ({ model }) => shownValue(model) },
];
const ERROR: Column = { title: 'error', cell: ({ detail }) => shownValue(detail) };
const HOUR: Column = { title: 'from', cell: ({ detail }) => detail };
const INVOCATIONS: Column = { title: 'invocations', cell: ({ invocations }) => count(invocations) };
const ERRORS: Column = { title: 'errors', cell: ({ errors }) => count(errors) };
const USD: Column = { title: 'usd', cell: usdText };

/** Names to the left, numbers to the right. */
const COLUMNS: Readonly<Record<WasteKind, readonly [names: readonly Column[], numbers: readonly Column[]]>> = {
  failed: [
    [...WHO, ERROR],
    [INVOCATIONS, USD],
  ],
  truncated: [WHO, [INVOCATIONS, USD]],
  'retry storm': [
    [...WHO, HOUR],
    [INVOCATIONS, ERRORS, USD],
  ],
  'oversized input': [WHO, [INVOCATIONS, USD]],
  'dearer routing': [WHO, [INVOCATIONS, USD]],
};

/** The findings of one kind, under what to do about them. */
function kindTable(kind: WasteKind, findings: readonly Finding[]): ShownTable {
  const [names, numbers] = COLUMNS[kind];
  const columns = [...names, ...numbers];
  const rows = findings.map((finding) => columns.map(({ cell }) => cell(finding)));
  const title = `${kind}: ${findings[0]?.advice}`;
  return { title, columns: columns.map((column) => column.title), names: names.length, rows };
}

function usdText({ usd, unpriced_invocations }: Finding): string {
  return usd === '0' && unpriced_invocations > 0 ? 'unpriced' : money(usd);
}
