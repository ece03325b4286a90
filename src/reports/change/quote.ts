import type { ReportContext } from '../context.ts';
import { inTurn, quoteOf, quoteQuestion, type ScanQuote } from '../quote.ts';
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
  return inTurn(quotes);
}
