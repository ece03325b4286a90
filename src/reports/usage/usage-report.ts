import { type Dimension, filtersFromTexts } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { checkTimezone, DAY_MS, isoFromMoment, lastDays, type Period } from '../../domain/period.ts';
import { inTurns } from '../../domain/steps.ts';
import type { ReportContext } from '../context.ts';
import type { PricedUsage } from '../pricing.ts';
import type { Report, Table } from '../report.ts';
import { type Asked, assemble, pricedUsages, tableFromGroups } from './breakdown.ts';
import { limitRows } from './limit.ts';

export interface UsageReportQuestion {
  /** Whole days before today, and today so far. */
  days: number;
  region?: string | undefined;
  accountId?: string | undefined;
  timezone?: string | undefined;
  /** Most rows of each table. Default: all. */
  limit?: number | undefined;
}

const TABLES: readonly [title: string, dimension: Dimension][] = [
  ['By day', 'day'],
  ['By region', 'region'],
  ['By model', 'model'],
  ['By user', 'principal'],
];

const BREAKDOWNS = TABLES.map(([, dimension]) => [dimension]);

/** Totals, and usage by day, region, model and user: the overview. */
export async function usageReport(question: UsageReportQuestion, context: ReportContext): Promise<Report> {
  const asked = askedFromUsageReport(question, context);
  const { usages, coverage } = await pricedUsages(asked, BREAKDOWNS, context);
  const tables: Table[] = [];
  for (const [index, [title, dimension]] of TABLES.entries())
    tables.push(await inTurns(tableFromGroups(title, [dimension], usages[index]?.groups ?? []), context));
  const answer = { usage: usages[0] as PricedUsage, coverage };
  const whole = await assemble('Bedrock usage', asked.period, tables, answer, context);
  const report = await inTurns(limitRows(whole, question.limit), context);
  return report.coverage.invocations > 0
    ? report
    : { ...report, notes: [...(await whereTheDataAre(asked.period, context)), ...report.notes] };
}

/** @throws SpendError INVALID_ARGUMENT */
export function askedFromUsageReport(question: UsageReportQuestion, context: ReportContext): Asked {
  const where = filtersFromTexts([
    ...(question.region ? [`region=${question.region}`] : []),
    ...(question.accountId ? [`account=${question.accountId}`] : []),
  ]);
  return { period: periodFromDays(question, context), by: BREAKDOWNS.flat(), where };
}

function periodFromDays({ days, timezone = 'UTC' }: UsageReportQuestion, context: ReportContext): Period {
  if (!Number.isInteger(days) || days < 1)
    throw new SpendError('INVALID_ARGUMENT', 'Give "days" as a whole number of at least 1.');
  checkTimezone(timezone);
  return lastDays(days, context.now(), timezone);
}

/** Nothing in the last days, but something before: say where, and how to ask for it. */
async function whereTheDataAre(period: Period, context: ReportContext): Promise<string[]> {
  const { first, last } = await context.engine.range(context);
  if (first === undefined || last === undefined) return [];
  const days = Math.ceil((period.to - first) / DAY_MS);
  return [
    `The source has invocations from ${isoFromMoment(first, period.timezone)} to ${isoFromMoment(last, period.timezone)}, before this period. Ask for ${days} days, or break down by day without a period.`,
  ];
}
