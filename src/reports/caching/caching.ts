import { NONE } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { each, grouped, inTurns, mapped, pace, SHORT_STRETCH, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import { billableOf, type UsageRow } from '../../domain/usage.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { ReportContext } from '../context.ts';
import { priceUsage } from '../pricing.ts';
import { inTurn, quoteQuestion, type ScanQuote } from '../quote.ts';
import { type Asked, askedFromQuestion, assemble, type BreakdownQuestion, queryFrom } from '../usage/breakdown.ts';
import { CELL_MS, usageByCells, whereKept } from '../usage/short-cells.ts';
import { couldSave } from './candidates.ts';
import { type Lifetimes, lifetimesFromRows } from './lifetimes.ts';
import { cachingNotes } from './notes.ts';
import { cachingRow, uncachedRow } from './row.ts';
import type { PricedRow } from './savings.ts';
import type { CacheReview, CacheRow } from './schema.ts';
import { type Spacing, spacingFrom } from './spacing.ts';

export interface CachingQuestion extends Omit<BreakdownQuestion, 'by'> {
  /** For callers that do not cache: this part of their prompts would become a cached prefix, 0 to 1. */
  cacheShare: number;
}

const BY = ['principal', 'model'] as const;

/** What caching prompts saved, what it wasted, and who could cache and does not. */
export async function reviewCaching(question: CachingQuestion, context: ReportContext): Promise<CacheReview> {
  const asked = await askedFromQuestion({ ...question, by: BY }, context);
  const prices = await context.prices();
  const { rows: usage, coverage } = await context.engine.usage(await queryFrom(asked, context), context);
  const callers = await inTurns(pricedRows(usage, prices), context);
  const moment = { prices, now: context.now() };
  const lookedFor = await inTurns(worthALook(callers, question.cacheShare, moment), context);
  const looked = await lookAtCells(lookedFor, asked, context);
  const found = rowsOf(callers, looked, question.cacheShare, moment);
  const rows = await inTurns(found, context);
  const sums = await inTurns(priceUsage(usage, [], prices), context);
  const frame = await assemble('', asked.period, [], { usage: sums, coverage }, context);
  const totals = await inTurns(totalsOf(rows), context);
  const shown = rows.slice(0, question.limit);
  return {
    period: frame.period,
    rows: shown,
    omitted_rows: rows.length - shown.length,
    totals: {
      gross_saved_usd: totals.gross_saved_usd,
      write_surcharge_usd: totals.write_surcharge_usd,
      net_saved_usd: totals.net_saved_usd,
      ...(looked.lifetimes ? { wasted_usd: totals.wasted_usd } : {}),
    },
    cache_share: question.cacheShare,
    coverage: frame.coverage,
    notes: [
      ...new Set([
        ...cachingNotes(rows, question.cacheShare, looked.lifetimes !== undefined),
        ...looked.notes,
        ...frame.notes,
      ]),
    ],
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

/** Usage with a price, as far as it has one, by caller and model. */
function* pricedRows(rows: readonly UsageRow[], prices: PriceBook): Steps<Map<string, PricedRow[]>> {
  const known: PricedRow[] = [];
  yield* each(rows, (row) => {
    const rate = prices.rate(row.priceKey);
    if (billableOf(row) > 0 && rate) known.push({ row, rates: rate.rates });
  });
  return yield* grouped(known, ({ row }) => idOf(row));
}

const SUMMED = ['gross_saved_usd', 'write_surcharge_usd', 'net_saved_usd', 'wasted_usd'] as const;

function* totalsOf(rows: readonly CacheRow[]): Steps<Record<(typeof SUMMED)[number], string>> {
  const sums = SUMMED.map(() => ZERO_USD);
  yield* each(rows, (row) =>
    SUMMED.forEach((name, at) => {
      sums[at] = (sums[at] as Usd).plus(row[name] ?? '0');
    }),
  );
  const texts = SUMMED.map((name, at) => [name, textFromUsd(sums[at] as Usd)]);
  return Object.fromEntries(texts) as Record<(typeof SUMMED)[number], string>;
}

/** What it is priced by. */
interface Moment {
  prices: PriceBook;
  now: number;
}

const idOf = ({ key }: UsageRow) => JSON.stringify([key['principal'], key['model']]);
const writtenBy = ({ cacheWrite5m, cacheWrite1h }: UsageRow) => cacheWrite5m + cacheWrite1h;

interface LookedAt {
  /** By caller and model; undefined: not looked at. */
  lifetimes: Map<string, Lifetimes> | undefined;
  /** Of those who do not write. */
  spacings: ReadonlyMap<string, Spacing>;
  notes: string[];
}

const NONE_LOOKED_AT = { lifetimes: new Map(), spacings: new Map(), notes: [] };

/** Who writes to the cache, or would save by it if calls were near enough to each other. */
function* worthALook(
  callers: ReadonlyMap<string, PricedRow[]>,
  share: number,
  moment: Moment,
): Steps<Map<string, PricedRow[]>> {
  const worth = new Map<string, PricedRow[]>();
  const due = pace(SHORT_STRETCH);
  for (const [id, priced] of callers) {
    const isWriter = priced.some(({ row }) => writtenBy(row) > 0);
    const isReader = priced.some(({ row }) => row.cacheRead > 0);
    if (isWriter || (!isReader && (yield* couldSave(priced, share, undefined, moment, due)))) worth.set(id, priced);
    if (due(priced.length)) yield;
  }
  return worth;
}

/** Asks for cells of five minutes, only of those whom it may concern: there can be a great many. */
async function lookAtCells(
  callers: ReadonlyMap<string, readonly PricedRow[]>,
  asked: Asked,
  context: ReportContext,
): Promise<LookedAt> {
  if (callers.size === 0) return NONE_LOOKED_AT;
  const keys = [...callers.values()].flatMap(([first]) => (first ? [first.row.key] : []));
  const answer = await usageByCells(BY, keys, asked, context);
  if (answer instanceof SpendError) return notLookedAt(answer.message);
  const cells = await inTurns(pricedRows(answer.rows, await context.prices()), context);
  const isWriter = ([id]: [string, unknown]) => callers.get(id)?.some(({ row }) => writtenBy(row) > 0);
  const written = new Map([...cells].filter(isWriter));
  return {
    lifetimes: await inTurns(lifetimesOf(written, Math.min(asked.period.to, context.now())), context),
    spacings: new Map([...cells].filter((cell) => !isWriter(cell)).map(([id, priced]) => [id, spacingFrom(priced)])),
    notes: [],
  };
}

function* lifetimesOf(cells: ReadonlyMap<string, PricedRow[]>, to: number): Steps<Map<string, Lifetimes>> {
  const lifetimes = new Map<string, Lifetimes>();
  const due = pace(SHORT_STRETCH);
  for (const [id, priced] of cells) lifetimes.set(id, yield* lifetimesFromRows(priced, to, due));
  return lifetimes;
}

function notLookedAt(reason: string): LookedAt {
  return {
    lifetimes: undefined,
    spacings: new Map(),
    notes: [`Writes that nobody read, lifetimes and pauses between calls were not looked for: ${reason}`],
  };
}

/** Those that neither cache nor could are left out. */
function* rowsOf(
  callers: ReadonlyMap<string, PricedRow[]>,
  { lifetimes, spacings }: LookedAt,
  share: number,
  moment: Moment,
): Steps<CacheRow[]> {
  const rows: CacheRow[] = [];
  const due = pace(SHORT_STRETCH);
  for (const [id, priced] of callers) {
    const { principal = NONE, model = NONE } = priced[0]?.row.key ?? {};
    const key = { principal, model };
    if (priced.some(({ row }) => row.cacheRead + writtenBy(row) > 0)) {
      rows.push(cachingRow(key, priced, lifetimes?.get(id)));
    } else {
      const saving = yield* couldSave(priced, share, spacings.get(id), moment, due);
      if (saving) rows.push(uncachedRow(key, priced, saving));
    }
    if (due(priced.length)) yield;
  }
  return yield* byStake(rows);
}

function* byStake(rows: readonly CacheRow[]): Steps<CacheRow[]> {
  const money = yield* mapped(rows, (row) => ({
    row,
    stake: usdFromText(row.at_stake_usd),
    saved: usdFromText(row.net_saved_usd),
  }));
  const nameOf = ({ row }: (typeof money)[number]) => `${row.principal}\n${row.model}`;
  const order = yield* sorted(
    money,
    (a, b) => b.stake.cmp(a.stake) || b.saved.cmp(a.saved) || compare(nameOf(a), nameOf(b)),
  );
  return yield* mapped(order, ({ row }) => row);
}
