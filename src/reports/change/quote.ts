import { textFromUsd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import type { ReportContext } from '../context.ts';
import { quoteOf, quoteQuestion, type ScanQuote } from '../quote.ts';
import { spansOf } from './both-periods.ts';
import { askedFromChange, type ChangeQuestion } from './explain.ts';

/** What explaining a change would take, without asking for it. */
export async function quoteChange(question: ChangeQuestion, context: ReportContext): Promise<ScanQuote> {
  const { by = 'principal', where } = question;
  if (question.from === undefined && context.engine.rangeReadsLogs) return quoteQuestion({ by: [by], where }, context);
  const asked = await askedFromChange(question, context);
  const quotes = await Promise.all(
    spansOf(asked.periods).map((period) => quoteOf({ period, by: [asked.by], where: asked.where }, context)),
  );
  return quotes.reduce(together);
}

/** Two scans, one after the other. */
export function together(a: ScanQuote, b: ScanQuote): ScanQuote {
  const usd = [a.usd, b.usd].filter((text) => text !== undefined);
  const total = usd.reduce((sum, text) => sum.plus(usdFromText(text)), ZERO_USD);
  const { seconds } = a;
  return {
    period: { from: a.period.from, to: b.period.to },
    source: a.source,
    bytes: a.bytes + b.bytes,
    ...(usd.length === 2 ? { usd: textFromUsd(total) } : {}),
    ...(seconds === undefined || b.seconds === undefined ? {} : { seconds: seconds + b.seconds }),
    notes: [...new Set([...a.notes, ...b.notes])],
  };
}
