import { displayUsd, usdFromText } from '../../domain/money.ts';
import { printable } from '../../domain/printable.ts';
import { csvFromLines } from '../csv.ts';
import { alignColumns, compact, count, coverageText, dayText, notesText } from '../render.ts';
import { type CacheReview, type CacheRow, cacheRowSchema } from './schema.ts';

/** Compact text for a terminal or a model. */
export function textFromCaching(review: CacheReview): string {
  const { period, rows, omitted_rows, coverage, notes } = review;
  const blocks = [
    `${headline(review)}\n${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone})`,
    rows.length > 0 ? tableText(rows) : '(nobody caches, and nobody’s prompts are large and many enough to)',
    ...(omitted_rows > 0 ? [`${omitted_rows} more rows with less at stake. Raise "limit".`] : []),
    rows
      .filter(({ verdict, at_stake_usd }) => verdict !== 'pays' || usdFromText(at_stake_usd).gt(0))
      .map(({ principal, model, advice }) => `${principal} on ${model}: ${advice}.`)
      .join('\n'),
    coverageText(coverage),
    notesText(notes),
  ];
  return `${blocks.filter(Boolean).map(printable).join('\n\n')}\n`;
}

/** One line a row, exact dollars. */
export function csvFromCaching({ rows }: CacheReview): string {
  const names = Object.keys(cacheRowSchema.shape) as (keyof CacheRow)[];
  return csvFromLines([names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]);
}

const money = (text: string | undefined) => (text === undefined ? '' : displayUsd(usdFromText(text)));

function headline({ totals }: CacheReview): string {
  const { gross_saved_usd, write_surcharge_usd, net_saved_usd, wasted_usd } = totals;
  const waste = wasted_usd === undefined ? '' : `, at least ${money(wasted_usd)} of them never read`;
  return `Caching saved ${money(net_saved_usd)}: reads ${money(gross_saved_usd)}, less ${money(write_surcharge_usd)} for writes${waste}.`;
}

function tableText(rows: readonly CacheRow[]): string {
  const header = [
    ...['principal', 'model', 'verdict', 'invocations', 'read', 'written', 'reads/write'],
    ...['saved', 'wasted', '5m instead', '1h instead', 'could save'],
  ];
  const lines = rows.map((row) => [
    row.principal,
    row.model,
    row.verdict,
    count(row.invocations),
    compact(row.cache_read_tokens),
    compact(row.cache_write_5m_tokens + row.cache_write_1h_tokens),
    row.reads_per_write?.toFixed(2) ?? '',
    money(row.net_saved_usd),
    money(row.wasted_usd),
    money(row.five_minutes_instead_usd),
    money(row.one_hour_instead_usd),
    money(row.could_save_usd),
  ]);
  return alignColumns([header, ...lines], 3);
}
