import { displayUsd, usdFromText } from '../../domain/money.ts';
import { UNPRICED_REASONS, type UnpricedReason } from '../../domain/unpriced.ts';
import { csvFromLines } from '../csv.ts';
import { compact, count, coverageText, dayText, totalText } from '../render.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import type { ExpensiveReport, ExpensiveRequest } from './schema.ts';

interface Column {
  title: string;
  cell(request: ExpensiveRequest): string;
  /** Left out where no request has a value. */
  optional?: boolean;
}

/** A part is marked: more was used than has a rate. */
function costCell({ cost_usd, unpriced_reason }: ExpensiveRequest): string {
  const reason = UNPRICED_REASONS[unpriced_reason as UnpricedReason];
  const lacks = reason?.lacks === 'usage' ? 'not known' : 'unpriced';
  if (cost_usd === undefined) return lacks;
  return `${displayUsd(usdFromText(cost_usd))}${reason === undefined ? '' : ` + ${lacks}`}`;
}

const tokens = (amount: number) => (amount === 0 ? '' : compact(amount));

/** Names, to the left. */
const NAMES: readonly Column[] = [
  { title: 'at', cell: ({ at }) => at },
  { title: 'principal', cell: ({ principal }) => shownValue(principal ?? '(none)') },
  { title: 'session', cell: ({ session = '' }) => shownValue(session), optional: true },
  { title: 'model', cell: ({ model }) => shownValue(model) },
  { title: 'status', cell: ({ status }) => (status === 'ok' ? '' : shownValue(status)), optional: true },
  { title: 'stopped by', cell: ({ stop_reason = '' }) => shownValue(stop_reason), optional: true },
  { title: 'request', cell: ({ request_id }) => shownValue(request_id) },
];

/** Numbers, to the right. */
const NUMBERS: readonly Column[] = [
  { title: 'seconds', cell: ({ latency_ms: ms }) => (ms === undefined ? '' : (ms / 1000).toFixed(1)), optional: true },
  { title: 'input', cell: ({ input_tokens }) => compact(input_tokens) },
  { title: 'output', cell: ({ output_tokens }) => compact(output_tokens) },
  { title: 'cache read', cell: ({ cache_read_tokens }) => tokens(cache_read_tokens), optional: true },
  { title: 'write 5m', cell: ({ cache_write_5m_tokens }) => tokens(cache_write_5m_tokens), optional: true },
  { title: 'write 1h', cell: ({ cache_write_1h_tokens }) => tokens(cache_write_1h_tokens), optional: true },
  { title: 'cost', cell: costCell },
];

export function shownFromExpensive(report: ExpensiveReport): ShownReport {
  const { period, totals, invocations, unpriced } = report;
  const blocks = [
    `Most expensive requests, ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone})`,
    totalText(totals),
    ...(invocations.length > 0 ? [shownTable(invocations), shareText(report)] : ['(no request with a cost)']),
    unpriced.length > 0
      ? { title: 'The largest of those that used tokens without a known rate', ...shownTable(unpriced) }
      : undefined,
    coverageText(report.coverage),
  ];
  return shownReport(blocks, report.notes);
}

export const textFromExpensive = (report: ExpensiveReport) => textFromShown(shownFromExpensive(report));

/** Comma-separated values, one line a request, exact dollars; those without a price come last and have none. */
export function csvFromExpensive({ invocations, unpriced }: ExpensiveReport): string {
  return csvFromLines([
    [...CSV_COLUMNS, 'metadata'],
    ...[...invocations, ...unpriced].map((request) => [
      ...CSV_COLUMNS.map((name) => request[name] ?? ''),
      JSON.stringify(request.metadata),
    ]),
  ]);
}

const CSV_COLUMNS = [
  ...(['cost_usd', 'at', 'request_id', 'account', 'region', 'inference_region', 'model', 'scope', 'tier'] as const),
  ...(['profile', 'principal', 'session', 'caller', 'operation', 'status', 'stop_reason'] as const),
  ...(['latency_ms', 'first_byte_ms', 'input_tokens', 'output_tokens', 'cache_read_tokens'] as const),
  ...(['cache_write_5m_tokens', 'cache_write_1h_tokens', 'rate_source', 'unpriced_reason'] as const),
];

function shownTable(requests: readonly ExpensiveRequest[]): ShownTable {
  const isUsed = ({ optional, cell }: Column) => !optional || requests.some((request) => cell(request) !== '');
  const names = NAMES.filter(isUsed);
  const columns = [...names, ...NUMBERS.filter(isUsed)];
  const rows = requests.map((request) => columns.map(({ cell }) => cell(request)));
  return { columns: columns.map(({ title }) => title), names: names.length, rows };
}

/** What these are of the whole, and by whose rates. */
function shareText({ invocations, invocations_cost_usd, totals }: ExpensiveReport): string {
  const [cost, total] = [usdFromText(invocations_cost_usd), usdFromText(totals.cost_usd)];
  const sources = [...new Set(invocations.flatMap(({ rate_source }) => rate_source ?? []))];
  const share = total.gt(0) ? `, ${cost.div(total).times(100).toFixed(1)} % of the dollars` : '';
  return `These ${count(invocations.length)} cost ${displayUsd(cost)}${share}; rates from ${sources.join(', ')}.`;
}
