import { filtersFromTexts } from '../domain/dimension.ts';
import { displayUsd, usdFromText } from '../domain/money.ts';
import { isoFromMoment } from '../domain/period.ts';
import { type BreakdownQuestion, periodFromQuestion } from './breakdown.ts';
import type { ReportContext } from './context.ts';

export interface ScanQuote {
  period: { from: string; to: string };
  source: string;
  bytes: number;
  usd: string | undefined;
  notes: readonly string[];
}

/** What a question would take, without asking it. */
export async function quoteQuestion(
  question: Pick<BreakdownQuestion, 'from' | 'to' | 'timezone' | 'where'>,
  context: ReportContext,
): Promise<ScanQuote> {
  const period = await periodFromQuestion(question, context);
  const quote = await context.engine.quote(period, filtersFromTexts(question.where ?? []), context);
  const [from, to] = [isoFromMoment(period.from, period.timezone), isoFromMoment(period.to, period.timezone)];
  return { period: { from, to }, source: context.engine.source, ...quote };
}

export function textFromQuote({ period, source, bytes, usd, notes }: ScanQuote): string {
  const dollars =
    usd === undefined ? 'an unknown sum' : usdFromText(usd).eq(0) ? 'nothing' : displayUsd(usdFromText(usd));
  return [
    `${period.from} up to ${period.to} would read ${sizeText(bytes)} of ${source}, for ${dollars}.`,
    ...notes,
  ].join('\n');
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
