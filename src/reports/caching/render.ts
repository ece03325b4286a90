import { displayUsd, usdFromText } from '../../domain/money.ts';
import { csvFromLines } from '../csv.ts';
import { compact, count, coverageText, dayText } from '../render.ts';
import { type ShownReport, type ShownTable, shownReport, textFromShown } from '../shown.ts';
import { shownValue } from '../shown-value.ts';
import { type CacheReview, type CacheRow, cacheRowSchema } from './schema.ts';

export function shownFromCaching(review: CacheReview): ShownReport {
  const { period, rows, omitted_rows, coverage, notes } = review;
  const [cachers, others] = [rows.filter(isCaching), rows.filter((row) => !isCaching(row))];
  const blocks = [
    `${headline(review)}\n${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone})`,
    rows.length > 0 ? undefined : '(nobody caches, and nobody’s prompts are large and many enough to)',
    shownTable('Who caches', cachers, CACHING_COLUMNS),
    adviceText(cachers),
    shownTable('Who could (an estimate)', others, UNCACHED_COLUMNS),
    adviceText(others),
    omitted_rows > 0 ? `${omitted_rows} more rows with less at stake. Raise "limit".` : undefined,
    coverageText(coverage),
  ];
  return shownReport(blocks, notes);
}

export const textFromCaching = (review: CacheReview) => textFromShown(shownFromCaching(review));

/** One line a row, exact dollars. */
export function csvFromCaching({ rows }: CacheReview): string {
  const names = Object.keys(cacheRowSchema.shape) as (keyof CacheRow)[];
  return csvFromLines([names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]);
}

// --- internal ---

const isCaching = ({ verdict }: CacheRow) => verdict !== 'does not cache';
const money = (text: string | undefined) => (text === undefined ? '' : displayUsd(usdFromText(text)));
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function headline({ totals }: CacheReview): string {
  const [net, gross] = [usdFromText(totals.net_saved_usd), usdFromText(totals.gross_saved_usd)];
  if (net.eq(0) && gross.eq(0)) return 'No call with a known price used a cache.';
  const wasted = totals.wasted_usd === undefined ? '' : `, at least ${money(totals.wasted_usd)} of them never read`;
  const writes = `${money(totals.write_surcharge_usd)} for writes${wasted}`;
  return net.lt(0)
    ? `Caching cost ${displayUsd(net.abs())} more than no caching: ${writes}, less ${displayUsd(gross)} that reads saved.`
    : `Caching saved ${displayUsd(net)}: reads ${displayUsd(gross)}, less ${writes}.`;
}

interface Column {
  title: string;
  cell(row: CacheRow): string;
  /** Left out where no row has a value. */
  optional?: boolean;
}

const WHO: readonly Column[] = [
  { title: 'principal', cell: ({ principal }) => shownValue(principal) },
  { title: 'model', cell: ({ model }) => shownValue(model) },
];

const CACHING_COLUMNS: readonly Column[] = [
  ...WHO,
  { title: 'verdict', cell: ({ verdict }) => verdict },
  { title: 'read', cell: ({ cache_read_tokens }) => compact(cache_read_tokens) },
  { title: 'written', cell: (row) => compact(row.cache_write_5m_tokens + row.cache_write_1h_tokens) },
  { title: 'saved', cell: ({ net_saved_usd }) => money(net_saved_usd) },
  { title: 'wasted', cell: ({ wasted_usd }) => money(wasted_usd), optional: true },
  { title: 'if 5m', cell: ({ five_minutes_instead_usd }) => moneyAbove0(five_minutes_instead_usd), optional: true },
  { title: 'if 1h', cell: ({ one_hour_instead_usd }) => moneyAbove0(one_hour_instead_usd), optional: true },
];

const UNCACHED_COLUMNS: readonly Column[] = [
  ...WHO,
  { title: 'invocations', cell: ({ invocations }) => count(invocations) },
  { title: 'input', cell: ({ input_tokens }) => compact(input_tokens) },
  { title: 'could save', cell: ({ could_save_usd }) => money(could_save_usd) },
];

function moneyAbove0(text: string | undefined): string {
  return text === undefined || usdFromText(text).eq(0) ? '' : money(text);
}

function shownTable(title: string, rows: readonly CacheRow[], all: readonly Column[]): ShownTable | undefined {
  if (rows.length === 0) return undefined;
  const columns = all.filter(({ optional, cell }) => !optional || rows.some((row) => cell(row) !== ''));
  const names = columns.filter((column) => ['principal', 'model', 'verdict'].includes(column.title)).length;
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  return { title, columns: columns.map((column) => column.title), names, rows: cells };
}

/** Each advice once, with those whom it concerns. */
function adviceText(rows: readonly CacheRow[]): string {
  const concerned = rows.filter(({ verdict, at_stake_usd }) => verdict !== 'pays' || usdFromText(at_stake_usd).gt(0));
  return [...Map.groupBy(concerned, ({ advice }) => advice)]
    .map(([advice, group]) => `${sentence(advice)}\n${group.map((row) => `  ${whoText(row)}`).join('\n')}`)
    .join('\n');
}

function whoText({ principal, model, stopped_hitting_usd: stopped }: CacheRow): string {
  return `${shownValue(principal)} on ${shownValue(model)}${stopped === undefined ? '' : `: about ${money(stopped)} since`}`;
}
