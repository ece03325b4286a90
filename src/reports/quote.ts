import { displayUsd, usdFromText } from '../domain/money.ts';
import { isoFromMoment } from '../domain/period.ts';
import type { InvocationsQuery, UsageQuery } from '../engines/engine.ts';
import { sumOfQuotes } from '../engines/quote.ts';
import type { ReportContext } from './context.ts';
import type { ScanQuote } from './quote-schema.ts';
import { type ShownReport, shownReport, textFromShown } from './shown.ts';
import { type Asked, askedFromQuestion, type BreakdownQuestion, queryFrom } from './usage/breakdown.ts';

export type { ScanQuote };

/**
 * What a question would take, without asking it. Where even finding the period of a question without one would read the logs,
 * the quote is for all of them.
 */
export async function quoteQuestion(
  question: BreakdownQuestion,
  context: ReportContext,
  { read, query }: QuotedWay = BREAKDOWN,
): Promise<ScanQuote> {
  const open = question.from === undefined || question.to === undefined;
  if (!open || !context.engine.rangeReadsLogs) return quoteOf(await read(question, context), context, query);
  return quoteOf({ period: { from: 0, to: context.now(), timezone: 'UTC' }, by: [], where: [] }, context, query);
}

/** How a question is read, and what the engine is asked for it. */
interface QuotedWay {
  read(question: BreakdownQuestion, context: ReportContext): Promise<Asked>;
  query(asked: Asked, context: ReportContext): Promise<UsageQuery | InvocationsQuery>;
}

const BREAKDOWN: QuotedWay = { read: askedFromQuestion, query: queryFrom };

/** What a question that is read and checked would take. */
export async function quoteOf(asked: Asked, context: ReportContext, query = BREAKDOWN.query): Promise<ScanQuote> {
  const { period } = asked;
  const { bytes, usd, seconds, notes } = await context.engine.quote(await query(asked, context), context);
  const [from, to] = [isoFromMoment(period.from, period.timezone), isoFromMoment(period.to, period.timezone)];
  return {
    period: { from, to },
    source: context.engine.source,
    bytes,
    usd,
    seconds,
    notes,
  };
}

/** What several scans take, one after another. */
export function inTurn(quotes: readonly ScanQuote[]): ScanQuote {
  const [first, last] = [quotes[0] as ScanQuote, quotes.at(-1) as ScanQuote];
  return {
    period: { from: first.period.from, to: last.period.to },
    source: first.source,
    ...sumOfQuotes(quotes, 'one after another'),
  };
}

export function shownFromQuote(quote: ScanQuote): ShownReport {
  const { period, source, bytes, usd, seconds, notes } = quote;
  const dollars =
    usd === undefined ? 'an unknown sum' : usdFromText(usd).eq(0) ? 'nothing' : displayUsd(usdFromText(usd));
  const time = seconds === undefined ? '' : `, in about ${seconds} s`;
  return shownReport(
    [`${period.from} up to ${period.to} would read ${sizeText(bytes)} of ${source}, for ${dollars}${time}.`],
    notes,
  );
}

export const textFromQuote = (quote: ScanQuote) => textFromShown(shownFromQuote(quote));

function sizeText(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
