import { displayUsd, usdFromText } from '../../domain/money.ts';
import { printable } from '../../domain/printable.ts';
import { csvFromLines } from '../csv.ts';
import { alignColumns, count, coverageText, dayText, notesText } from '../render.ts';
import { shownValue } from '../shown-value.ts';
import { type Finding, findingSchema, type WasteKind, type WasteReport } from './schema.ts';

/** Compact text for a terminal or a model. */
export function textFromWaste({ period, kinds, findings, omitted_findings, coverage, notes }: WasteReport): string {
  const blocks = [
    `Spend that may be wasted, ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone}); kinds overlap`,
    kindsText(kinds),
    ...(findings.length > 0 ? [] : ['(nothing found)']),
    ...[...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, group]) => kindText(kind, group)),
    ...(omitted_findings > 0 ? [`${omitted_findings} more, less expensive. Raise "limit".`] : []),
    coverageText(coverage),
    notesText(notes),
  ];
  return `${blocks.map(printable).join('\n\n')}\n`;
}

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

function kindsText(kinds: WasteReport['kinds']): string {
  const lines = kinds.map(({ kind, invocations, errors, usd }) => [
    ...[kind, MEANING[kind], count(invocations), count(errors), money(usd)],
  ]);
  return alignColumns([['kind', 'its dollars', 'invocations', 'errors', 'usd'], ...lines], 2);
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
const HOUR: Column = { title: 'hour', cell: ({ detail }) => detail };
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
function kindText(kind: WasteKind, findings: readonly Finding[]): string {
  const [names, numbers] = COLUMNS[kind];
  const columns = [...names, ...numbers];
  const lines = findings.map((finding) => columns.map(({ cell }) => cell(finding)));
  return `${kind}: ${findings[0]?.advice}\n${alignColumns([columns.map(({ title }) => title), ...lines], names.length)}`;
}

function usdText({ usd, unpriced_invocations }: Finding): string {
  return usd === '0' && unpriced_invocations > 0 ? 'unpriced' : money(usd);
}
