import type { Bill, ReadBill } from '../../bill/bill.ts';
import { TOKEN_CLASSES } from '../../bill/usage-type.ts';
import { NONE } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { textFromUsd, type Usd, ZERO_USD } from '../../domain/money.ts';
import { checkPeriod, DAY_MS, isoFromMoment, momentFromText, type Period } from '../../domain/period.ts';
import { each, inTurns, type Steps, sorted } from '../../domain/steps.ts';
import type { UsageRow } from '../../domain/usage.ts';
import type { Engine } from '../../engines/engine.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import type { ReportContext } from '../context.ts';
import { notesFromUsage } from '../notes.ts';
import { pricedRow, priceUsage } from '../pricing.ts';
import { queryFrom } from '../usage/breakdown.ts';
import { add, CAUSES, type Cause, type Cell, type Column, compare, emptyColumn, type Part } from './gap.ts';
import type { ReconciledColumn, Reconciliation } from './schema.ts';

/** What else a comparison with the bill is made from. */
export interface BillContext {
  bill: ReadBill;
  /** CloudWatch's metrics of these regions, in the source's accounts; whoever asks closes it. */
  metricsIn: (regions: readonly string[]) => Engine;
}

export interface ReconcileQuestion {
  /** Whole UTC days, because bills have no finer ones. Default: the last full month. */
  from?: string | undefined;
  /** Exclusive. */
  to?: string | undefined;
}

/** More details and principals than this are counted, not listed. */
const LISTED = 10;
const LISTED_PRINCIPALS = 50;

/** Compares a bill with logs and metrics, and takes the difference apart. */
export async function reconcile(
  question: ReconcileQuestion,
  context: ReportContext & BillContext,
): Promise<Reconciliation> {
  const period = periodOf(question, context.now());
  const prices = await context.prices();
  const query = await queryFrom({ period, by: ['account', 'caller'], where: [] }, context);
  const { rows, coverage } = await context.engine.usage(query, context);
  const accounts = valuesOf(rows, 'account');
  const bill = await context.bill({ from: period.from, to: period.to, accounts }, context.signal);
  const metrics = await metricsOf(period, rows, accounts, context);
  const { parts, cells } = await inTurns(compare(bill, rows, metrics.rows, prices), context);
  const usage = await inTurns(priceUsage(rows, [], prices), context);
  const measured = metrics.rows && (await inTurns(priceUsage(metrics.rows, [], prices), context));
  const billed = sumOf(bill.lines);
  return {
    period: { from: isoFromMoment(period.from), to: isoFromMoment(period.to), timezone: 'UTC' },
    bill: { source: bill.source, usd: textFromUsd(billed), final: bill.final },
    logs: {
      source: coverage.source ?? context.engine.source,
      usd: textFromUsd(usage.totals.cost),
      unpriced_invocations: usage.totals.measures.unpriced_invocations,
    },
    ...(measured ? { metrics: { usd: textFromUsd(measured.totals.cost) } } : {}),
    gap_usd: textFromUsd(billed.minus(usage.totals.cost)),
    causes: causesFrom(parts),
    models: modelsFrom(cells, metrics.rows !== undefined),
    ...(await inTurns(principalsFrom(bill, rows, prices), context)),
    notes: [
      ...bill.notes,
      ...(accounts.length === 0 ? [ALL_ACCOUNTS_NOTE] : []),
      ...metrics.notes,
      ...notesFromUsage(usage, coverage),
      ...(await context.names(usage.unresolved)).notes,
    ],
  };
}

const ALL_ACCOUNTS_NOTE = 'The logs name no account, so the bill is that of every account it has.';

/** @throws SpendError INVALID_PERIOD */
function periodOf({ from, to }: ReconcileQuestion, now: number): Period {
  const today = new Date(now);
  const month = (offset: number) => Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + offset);
  const start = from === undefined ? undefined : momentFromText(from, 'UTC');
  const end = to === undefined ? undefined : momentFromText(to, 'UTC');
  if ((start === undefined) !== (end === undefined))
    throw new SpendError('INVALID_PERIOD', 'Give both "from" and "to", or neither for the last full month.');
  const period = checkPeriod({ from: start ?? month(-1), to: end ?? month(0), timezone: 'UTC' });
  if (period.from % DAY_MS === 0 && period.to % DAY_MS === 0) return period;
  throw new SpendError('INVALID_PERIOD', 'A bill has whole UTC days only: write "from" and "to" like 2026-10-01.');
}

function valuesOf(rows: readonly UsageRow[], dimension: 'account' | 'caller'): string[] {
  const values = new Set(rows.map(({ key }) => key[dimension] ?? NONE));
  values.delete(NONE);
  return [...values].sort();
}

const sumOf = (amounts: readonly { usd: Usd }[]) => amounts.reduce((sum, { usd }) => sum.plus(usd), ZERO_USD);

interface MetricsAnswer {
  rows: readonly UsageRow[] | undefined;
  notes: readonly string[];
}

/** Metrics make a gap clearer; without them the rest still stands. */
async function metricsOf(
  period: Period,
  logs: readonly UsageRow[],
  accounts: readonly string[],
  context: ReportContext & BillContext,
): Promise<MetricsAnswer> {
  if (context.engine.name === 'metrics') return { rows: undefined, notes: [NOT_LOGS_NOTE] };
  const regions = [...new Set(logs.map(({ priceKey }) => priceKey.region))].filter(Boolean).sort();
  const engine = context.metricsIn(regions);
  try {
    const { rows, coverage } = await engine.usage(
      await queryFrom({ period, by: ['account'], where: [] }, context),
      context,
    );
    const seen = valuesOf(rows, 'account');
    const unseen = accounts.filter((account) => !seen.includes(account));
    return { rows, notes: [...unseenNote(unseen, seen), ...(coverage.notes ?? [])] };
  } catch (error) {
    if (!(error instanceof SpendError) || error.code === 'CANCELLED') throw error;
    return { rows: undefined, notes: [`There are no metrics in this comparison: ${error.message}`] };
  } finally {
    await engine.close();
  }
}

const NOT_LOGS_NOTE =
  'The source is CloudWatch metrics, so what stands under logs here are metrics: records that were never logged cannot show.';

function unseenNote(unseen: readonly string[], seen: readonly string[]): string[] {
  if (unseen.length === 0 || seen.length === 0) return [];
  return [
    `Metrics are of ${seen.length} accounts only; ${unseen.length} accounts of the logs have none here, so records missing there cannot show.`,
  ];
}

/** In the order of CAUSES. What is unexplained is always there, be it nothing. */
function causesFrom(parts: readonly Part[]): Reconciliation['causes'] {
  return (Object.keys(CAUSES) as Cause[]).flatMap((cause) => {
    const own = parts.filter((part) => part.cause === cause);
    if (own.length === 0 && cause !== 'unexplained') return [];
    const details = byName(own);
    return {
      cause,
      ...CAUSES[cause],
      usd: textFromUsd(sumOf(own)),
      details: details.slice(0, LISTED).map(({ name, usd }) => ({ name, usd: textFromUsd(usd) })),
      details_omitted: Math.max(0, details.length - LISTED),
    };
  });
}

function byName(parts: readonly Part[]): { name: string; usd: Usd }[] {
  const sums = new Map<string, Usd>();
  for (const { name, usd } of parts) sums.set(name, (sums.get(name) ?? ZERO_USD).plus(usd));
  return [...sums].map(([name, usd]) => ({ name, usd })).sort((a, b) => b.usd.abs().cmp(a.usd.abs()));
}

function modelsFrom(cells: readonly Cell[], hasMetrics: boolean): Reconciliation['models'] {
  const models = new Map<string, Pick<Cell, 'logs' | 'metrics' | 'bill'>>();
  for (const cell of cells) {
    const sums = models.get(cell.model) ?? { logs: emptyColumn(), metrics: emptyColumn(), bill: emptyColumn() };
    models.set(cell.model, sums);
    for (const column of ['logs', 'metrics', 'bill'] as const)
      for (const name of TOKEN_CLASSES) add(sums[column][name], cell[column][name]);
  }
  const total = ({ bill, logs }: Pick<Cell, 'logs' | 'bill'>) =>
    sumOf([...Object.values(bill), ...Object.values(logs)]);
  return [...models]
    .sort(([, a], [, b]) => total(b).cmp(total(a)))
    .map(([model, { logs, metrics, bill }]) => ({
      model,
      logs: reconciledColumn(logs),
      ...(hasMetrics ? { metrics: reconciledColumn(metrics) } : {}),
      bill: reconciledColumn(bill),
    }));
}

/** Bills round quantities, so tokens are rounded to whole ones here; the gap is made from what they are. */
function reconciledColumn(column: Column): ReconciledColumn {
  const tokens = TOKEN_CLASSES.map((name) => [`${name}_tokens`, column[name].tokens.round(0).toNumber()]);
  const unpriced = TOKEN_CLASSES.reduce((sum, name) => sum.plus(column[name].unpriced), ZERO_USD);
  return {
    ...(Object.fromEntries(tokens) as Omit<ReconciledColumn, 'unpriced_tokens' | 'usd'>),
    unpriced_tokens: unpriced.toNumber(),
    usd: textFromUsd(sumOf(Object.values(column))),
  };
}

/** Only where the bill names callers. */
function* principalsFrom(
  { lines }: Bill,
  rows: readonly UsageRow[],
  prices: PriceBook,
): Steps<Pick<Reconciliation, 'principals' | 'principals_omitted'>> {
  if (!lines.some(({ principal }) => principal !== undefined)) return {};
  const sums = new Map<string, { logs: Usd; bill: Usd }>();
  const sumsOf = (principal: string) => {
    const found = sums.get(principal) ?? { logs: ZERO_USD, bill: ZERO_USD };
    sums.set(principal, found);
    return found;
  };
  yield* each(lines, ({ principal = NONE, usd }) => {
    const own = sumsOf(principal);
    own.bill = own.bill.plus(usd);
  });
  yield* each(rows, (row) => {
    const own = sumsOf(row.key.caller ?? NONE);
    own.logs = own.logs.plus(pricedRow(row, prices).cost);
  });
  const all = yield* sorted([...sums], ([, a], [, b]) => b.bill.cmp(a.bill) || b.logs.cmp(a.logs));
  return {
    principals: all
      .slice(0, LISTED_PRINCIPALS)
      .map(([principal, { logs, bill }]) => ({ principal, logs_usd: textFromUsd(logs), bill_usd: textFromUsd(bill) })),
    principals_omitted: Math.max(0, all.length - LISTED_PRINCIPALS),
  };
}
