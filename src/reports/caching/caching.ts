import { NONE } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import { billableOf, type UsageRow } from '../../domain/usage.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { ReportContext } from '../context.ts';
import { priceUsage } from '../pricing.ts';
import { inTurn, quoteQuestion, type ScanQuote } from '../quote.ts';
import { type Asked, askedFromQuestion, assemble, type BreakdownQuestion, queryFrom } from '../usage/breakdown.ts';
import { couldSave } from './candidates.ts';
import { CELL_MS, type Lifetimes, lifetimesFromRows } from './lifetimes.ts';
import { cachingNotes } from './notes.ts';
import { cachingRow, uncachedRow } from './row.ts';
import type { PricedRow } from './savings.ts';
import type { CacheReview, CacheRow } from './schema.ts';

export interface CachingQuestion extends Omit<BreakdownQuestion, 'by'> {
  /** For callers that do not cache: this part of their prompts would become a cached prefix, 0 to 1. */
  cacheShare: number;
}

const BY = ['principal', 'model'] as const;

/** Cells of five minutes are asked for over at most so many days: each is a row for each caller and model. */
export const MOST_CELL_DAYS = 31;

/** What caching prompts saved, what it wasted, and who could cache and does not. */
export async function reviewCaching(question: CachingQuestion, context: ReportContext): Promise<CacheReview> {
  const asked = await askedFromQuestion({ ...question, by: BY }, context);
  const prices = await context.prices();
  const { rows: usage, coverage } = await context.engine.usage(await queryFrom(asked, context), context);
  const callers = Map.groupBy(pricedRows(usage, prices), ({ row }) => idOf(row));
  const writers = [...callers].filter(([, priced]) => priced.some(({ row }) => writtenBy(row) > 0));
  const looked = await lookAtCells(new Map(writers), asked, context);
  const rows = [...callers]
    .flatMap(([id, priced]) => rowOf(priced, looked.lifetimes?.get(id), question.cacheShare, prices, context.now()))
    .sort(byStake);
  const frame = await assemble('', asked.period, [], { usage: priceUsage(usage, [], prices), coverage }, context);
  const sum = (name: 'gross_saved_usd' | 'write_surcharge_usd' | 'net_saved_usd' | 'wasted_usd') =>
    textFromUsd(rows.reduce((total, row) => total.plus(usdFromText(row[name] ?? '0')), ZERO_USD));
  const shown = rows.slice(0, question.limit);
  return {
    period: frame.period,
    rows: shown,
    omitted_rows: rows.length - shown.length,
    totals: {
      gross_saved_usd: sum('gross_saved_usd'),
      write_surcharge_usd: sum('write_surcharge_usd'),
      net_saved_usd: sum('net_saved_usd'),
      ...(looked.lifetimes ? { wasted_usd: sum('wasted_usd') } : {}),
    },
    cache_share: question.cacheShare,
    coverage: frame.coverage,
    notes: [...new Set([...cachingNotes(rows, question.cacheShare), ...looked.notes, ...frame.notes])],
  };
}

/** What that would take at most: the sums, and the cells of those who write. */
export async function quoteCaching(question: CachingQuestion, context: ReportContext): Promise<ScanQuote> {
  const asked = { ...question, by: BY };
  const sums = await quoteQuestion(asked, context);
  const cells = await whereKept(() =>
    quoteQuestion(asked, context, {
      read: askedFromQuestion,
      query: async (read) => ({ ...(await queryFrom(read, context)), cellMs: CELL_MS }),
    }),
  );
  return cells instanceof SpendError ? sums : inTurn([sums, cells]);
}

// --- internal ---

/** Usage with a price, as far as it has one. */
function pricedRows(rows: readonly UsageRow[], prices: PriceBook): PricedRow[] {
  return rows.flatMap((row) => {
    const rate = prices.rate(row.priceKey);
    return billableOf(row) > 0 && rate ? [{ row, rates: rate.rates }] : [];
  });
}

const idOf = ({ key }: UsageRow) => JSON.stringify([key['principal'], key['model']]);
const writtenBy = ({ cacheWrite5m, cacheWrite1h }: UsageRow) => cacheWrite5m + cacheWrite1h;

interface LookedAt {
  /** By caller and model; undefined: not looked at. */
  lifetimes: Map<string, Lifetimes> | undefined;
  notes: string[];
}

/** Asks for cells of five minutes, only of those who write to the cache: there can be a great many. */
async function lookAtCells(
  writers: ReadonlyMap<string, readonly PricedRow[]>,
  asked: Asked,
  context: ReportContext,
): Promise<LookedAt> {
  if (writers.size === 0) return { lifetimes: new Map(), notes: [] };
  const { from, to } = asked.period;
  // A month in which clocks go back is an hour longer.
  if (to - from > MOST_CELL_DAYS * DAY_MS + HOUR_MS)
    return notLookedAt(`ask about at most ${MOST_CELL_DAYS} days at a time`);
  const query = { ...(await queryFrom(narrowed(asked, writers), context)), cellMs: CELL_MS };
  const answer = await whereKept(() => context.engine.usage(query, context));
  if (answer instanceof SpendError) return notLookedAt(answer.message);
  const cells = Map.groupBy(pricedRows(answer.rows, await context.prices()), ({ row }) => idOf(row));
  const known = Math.min(to, context.now());
  return {
    lifetimes: new Map([...cells].map(([id, priced]) => [id, lifetimesFromRows(priced, known)])),
    notes: [],
  };
}

/** Metrics of some age, or of a period with odd ends, are not kept by five minutes: the answer is the error that says so. */
function whereKept<Answer>(ask: () => Promise<Answer>): Promise<Answer | SpendError> {
  return ask().catch((error: unknown) => {
    if (error instanceof SpendError && error.code === 'INVALID_PERIOD') return error;
    throw error;
  });
}

function notLookedAt(reason: string): LookedAt {
  return { lifetimes: undefined, notes: [`Writes that nobody read, and lifetimes, were not looked for: ${reason}`] };
}

/** The same question about writers alone. A source that knows no callers cannot be filtered by them. */
function narrowed(asked: Asked, writers: ReadonlyMap<string, readonly PricedRow[]>): Asked {
  const valuesOf = (dimension: (typeof BY)[number]) => [
    ...new Set([...writers.values()].map(([first]) => first?.row.key[dimension] as string)),
  ];
  const dimensions = BY.filter((dimension) => !valuesOf(dimension).includes(NONE));
  return {
    ...asked,
    where: [
      ...asked.where.filter(({ dimension }) => !dimensions.some((name) => name === dimension)),
      ...dimensions.map((dimension) => ({ dimension, values: valuesOf(dimension) })),
    ],
  };
}

/** Those that neither cache nor could are left out. */
function rowOf(
  priced: readonly PricedRow[],
  lifetimes: Lifetimes | undefined,
  share: number,
  prices: PriceBook,
  now: number,
): CacheRow[] {
  const { principal = NONE, model = NONE } = priced[0]?.row.key ?? {};
  const key = { principal, model };
  if (priced.some(({ row }) => row.cacheRead + writtenBy(row) > 0)) return [cachingRow(key, priced, lifetimes)];
  const saving: Usd | undefined = couldSave(priced, share, prices, now);
  return saving ? [uncachedRow(key, priced, saving)] : [];
}

function byStake(a: CacheRow, b: CacheRow): number {
  return (
    usdFromText(b.at_stake_usd).cmp(usdFromText(a.at_stake_usd)) ||
    usdFromText(b.net_saved_usd).cmp(usdFromText(a.net_saved_usd)) ||
    (`${a.principal}\n${a.model}` < `${b.principal}\n${b.model}` ? -1 : 1)
  );
}
