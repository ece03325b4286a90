import { TIME_DIMENSIONS, type TimeDimension } from '../../domain/dimension.ts';
import { bucketsFromPeriod } from '../../domain/period.ts';
import { inTurns } from '../../domain/steps.ts';
import type { ReportContext } from '../context.ts';
import { emptyGroup } from '../pricing.ts';
import type { Report } from '../report.ts';
import { askedFromQuestion, assemble, type BreakdownQuestion, pricedUsage, tableFromGroups } from './breakdown.ts';
import { limitRows } from './limit.ts';

export interface OverTimeQuestion extends Omit<BreakdownQuestion, 'by'> {
  interval: TimeDimension;
  /** One more dimension, a row for each of its values in each interval. */
  by?: string | undefined;
}

export const INTERVALS = TIME_DIMENSIONS;

/** Spend by hour, day, week or month. Intervals without any usage are rows of zeros, so that a gap can be seen. */
export async function overTime(question: OverTimeQuestion, context: ReportContext): Promise<Report> {
  const asked = await askedFromQuestion(breakdownFromOverTime(question), context);
  const { period, by } = asked;
  const answer = await pricedUsage(asked, context);
  const used = new Set(answer.usage.groups.map((group) => group.key[question.interval]));
  const gaps = bucketsFromPeriod(question.interval, period).filter((bucket) => !used.has(bucket.label));
  const fillers = question.by === undefined ? gaps.map((gap) => emptyGroup({ [question.interval]: gap.label })) : [];
  const groups = [...answer.usage.groups, ...fillers];
  const table = await inTurns(tableFromGroups(`By ${question.interval}`, by, groups), context);
  const report = await assemble(`Spend by ${by.join(', ')}`, period, [table], answer, context);
  return inTurns(limitRows(report, question.limit), context);
}

/** The same as a breakdown by time. */
export function breakdownFromOverTime({ interval, by, ...question }: OverTimeQuestion): BreakdownQuestion {
  return { ...question, by: [interval, ...(by === undefined ? [] : [by])] };
}
