import { textFromUsd, ZERO_USD } from '../../domain/money.ts';
import { isoFromMoment } from '../../domain/period.ts';
import { inTurns } from '../../domain/steps.ts';
import type { InvocationRow, InvocationsQuery } from '../../engines/engine.ts';
import type { PriceBook } from '../../prices/price-book.ts';
import { priced } from '../../prices/priced.ts';
import { weightsFromPrices } from '../../prices/weights.ts';
import type { ReportContext } from '../context.ts';
import { measuresOf, priceUsage } from '../pricing.ts';
import { quoteQuestion, type ScanQuote } from '../quote.ts';
import { type Asked, askedAbout, assemble, type BreakdownQuestion, queryFrom } from '../usage/breakdown.ts';
import type { ExpensiveReport, ExpensiveRequest } from './schema.ts';

export interface ExpensiveQuestion extends Pick<BreakdownQuestion, 'from' | 'to' | 'timezone' | 'where'> {
  /** Most requests to list. */
  limit: number;
}

/** Requests are ranked by the dollars that are known of them; of those that lack a rate, so many of the largest are shown as well. */
const UNPRICED_SHOWN = 5;

/** The single requests that cost most. */
export async function expensive(question: ExpensiveQuestion, context: ReportContext): Promise<ExpensiveReport> {
  const asked = await askedAbout(question, context);
  const prices = await context.prices();
  const sums = await context.engine.usage(await queryFrom(asked, context), context);
  const usage = await inTurns(priceUsage(sums.rows, [], prices), context);
  const keys = sums.rows.map(({ priceKey }) => priceKey);
  const answer = await context.engine.invocations(
    {
      ...(await queryFor(asked, question.limit, context)),
      prices: await inTurns(weightsFromPrices(keys, prices), context),
      unpricedLimit: usage.totals.measures.unpriced_invocations > 0 ? UNPRICED_SHOWN : 0,
    },
    context,
  );
  const frame = await assemble('', asked.period, [], { usage, coverage: sums.coverage }, context);
  const request = (row: InvocationRow) => requestFromRow(row, prices, asked.period.timezone);
  const cost = answer.rows.reduce((sum, row) => sum.plus(priced(row, prices).cost), ZERO_USD);
  return {
    period: frame.period,
    invocations: answer.rows.map(request),
    invocations_cost_usd: textFromUsd(cost),
    unpriced: answer.unpriced.map(request),
    totals: frame.totals,
    coverage: frame.coverage,
    notes: [...new Set([...answer.notes, ...frame.notes])],
  };
}

/** What that would take: the sums, and a look at the requests. */
export function quoteExpensive(question: ExpensiveQuestion, context: ReportContext): Promise<ScanQuote> {
  return quoteQuestion({ ...question, by: [] }, context, {
    read: askedAbout,
    query: (asked) => queryFor(asked, question.limit, context),
  });
}

async function queryFor(asked: Asked, limit: number, context: ReportContext): Promise<InvocationsQuery> {
  return { ...(await queryFrom(asked, context)), prices: [], limit, unpricedLimit: 0 };
}

function requestFromRow(row: InvocationRow, prices: PriceBook, timezone: string): ExpensiveRequest {
  const { attributes, counts } = row;
  const { cost, rate, reason, doubts } = priced(row, prices);
  const known = reason === undefined || cost.gt(0);
  return defined({
    at: isoFromMoment(row.at, timezone),
    request_id: row.requestId,
    account: attributes.account,
    region: attributes.region,
    inference_region: attributes.inferenceRegion,
    model: attributes.model,
    scope: attributes.scope,
    tier: attributes.tier,
    profile: attributes.profile,
    principal: attributes.principal,
    session: attributes.session,
    caller: attributes.caller,
    operation: attributes.operation,
    status: attributes.status,
    stop_reason: attributes.stopReason,
    latency_ms: row.latencyMs,
    first_byte_ms: row.firstByteMs,
    ...measuresOf((name) => counts[name]),
    cost_usd: known ? textFromUsd(cost) : undefined,
    rate_source: known ? rate?.source : undefined,
    unpriced_reason: reason,
    doubts: doubts.length > 0 ? [...new Set(doubts.map(({ code }) => code))] : undefined,
    metadata: { ...attributes.metadata },
  });
}

/** Without the fields that have no value. */
function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
