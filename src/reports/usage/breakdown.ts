import {
  type Dimension,
  dimensionFromText,
  type Filter,
  filtersFromTexts,
  isTimeDimension,
} from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import {
  bucketsFromPeriod,
  checkPeriod,
  checkTimezone,
  isoFromMoment,
  momentFromText,
  type Period,
  wholeDays,
} from '../../domain/period.ts';
import { inTurns, mapped, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import type { Coverage, UsageQuery } from '../../engines/engine.ts';
import type { ReportContext } from '../context.ts';
import { notesFromUsage } from '../notes.ts';
import { emptyGroup, type PricedGroup, type PricedUsage, priceUsage, rowFromGroup } from '../pricing.ts';
import type { Report, Table } from '../report.ts';
import { limitRows } from './limit.ts';

/** A question as it comes from outside. */
export interface BreakdownQuestion {
  /** Day, local time or instant; default: the first day the source has. */
  from?: string | undefined;
  /** Exclusive; default: the end of the last day the source has. */
  to?: string | undefined;
  timezone?: string | undefined;
  by: readonly string[];
  /** `dimension=value`. */
  where?: readonly string[] | undefined;
  /** Most rows to return. Default: all. */
  limit?: number | undefined;
}

/** More dimensions than this make a table nobody reads. */
export const MAX_DIMENSIONS = 5;

/** Spend and usage by any dimensions. */
export async function breakdown(question: BreakdownQuestion, context: ReportContext): Promise<Report> {
  const asked = await askedFromQuestion(question, context);
  const answer = await pricedUsage(asked, context);
  const table = await inTurns(tableFromGroups('Breakdown', asked.by, answer.usage.groups), context);
  const report = await assemble(`Spend by ${asked.by.join(', ')}`, asked.period, [table], answer, context);
  return inTurns(limitRows(report, question.limit), context);
}

/** A question, read and checked. */
export interface Asked {
  period: Period;
  by: readonly Dimension[];
  where: readonly Filter[];
}

/** @throws SpendError UNKNOWN_DIMENSION, INVALID_PERIOD or INVALID_ARGUMENT */
export async function askedFromQuestion(question: BreakdownQuestion, context: ReportContext): Promise<Asked> {
  const by = dimensionsFromTexts(question.by);
  return { ...(await askedAbout(question, context)), by };
}

/** A question without dimensions. @throws SpendError UNKNOWN_DIMENSION, INVALID_PERIOD or INVALID_ARGUMENT */
export async function askedAbout(
  question: Omit<BreakdownQuestion, 'by' | 'limit'>,
  context: ReportContext,
): Promise<Asked> {
  const where = filtersFromTexts(question.where ?? []);
  return { by: [], where, period: await periodFromQuestion(question, context) };
}

/** @throws SpendError UNKNOWN_DIMENSION or INVALID_ARGUMENT */
function dimensionsFromTexts(texts: readonly string[]): Dimension[] {
  const by = [...new Set(texts.map(dimensionFromText))];
  if (by.length === 0)
    throw new SpendError(
      'INVALID_ARGUMENT',
      'Name at least one dimension to break down by, such as model or principal.',
    );
  if (by.length > MAX_DIMENSIONS)
    throw new SpendError('INVALID_ARGUMENT', `Break down by at most ${MAX_DIMENSIONS} dimensions at a time.`);
  return by;
}

/** The asked period; where it is left open, as far as the source's data go. @throws SpendError NO_RECORDS when it has none */
export async function periodFromQuestion(
  { from, to, timezone = 'UTC' }: Pick<BreakdownQuestion, 'from' | 'to' | 'timezone'>,
  context: ReportContext,
): Promise<Period> {
  checkTimezone(timezone);
  const start = from === undefined ? undefined : momentFromText(from, timezone);
  const end = to === undefined ? undefined : momentFromText(to, timezone);
  if (start !== undefined && end !== undefined) return checkPeriod({ from: start, to: end, timezone });
  const { first, last } = await heldRange(context);
  const held = wholeDays(first, last, timezone);
  return checkPeriod({ from: start ?? held.from, to: end ?? held.to, timezone });
}

/** From when to when the source has invocations, epoch milliseconds. @throws SpendError NO_RECORDS when it has none */
export async function heldRange(context: ReportContext): Promise<{ first: number; last: number }> {
  const { first, last } = await context.engine.range(context);
  if (first !== undefined && last !== undefined) return { first, last };
  throw new SpendError(
    'NO_RECORDS',
    `There is no invocation in ${context.engine.source}, as far back as it goes. Is Bedrock’s logging on, and does it go there? "bedrock-spend doctor" shows it.`,
  );
}

/** Usage with its money, and what it rests on. */
export interface PricedAnswer {
  usage: PricedUsage;
  coverage: Coverage;
}

/** Asks the engine and prices what it answers. */
export async function pricedUsage(asked: Asked, context: ReportContext): Promise<PricedAnswer> {
  const { usages, coverage } = await pricedUsages(asked, [asked.by], context);
  return { usage: usages[0] as PricedUsage, coverage };
}

/** Several breakdowns of the same usage from one question to the engine: each question is a scan, and some sources charge for it. */
export async function pricedUsages(
  asked: Asked,
  breakdowns: readonly (readonly Dimension[])[],
  context: ReportContext,
): Promise<{ usages: PricedUsage[]; coverage: Coverage }> {
  const prices = await context.prices();
  const { rows, coverage } = await context.engine.usage(await queryFrom(asked, context), context);
  const usages: PricedUsage[] = [];
  for (const dimensions of breakdowns) usages.push(await inTurns(priceUsage(rows, dimensions, prices), context));
  return { usages, coverage };
}

/** What the engine is asked for a question. */
export async function queryFrom({ period, by, where }: Asked, context: ReportContext): Promise<UsageQuery> {
  const { rateChanges } = await context.prices();
  return {
    from: period.from,
    to: period.to,
    by,
    where,
    buckets: Object.fromEntries(
      by.filter(isTimeDimension).map((dimension) => [dimension, bucketsFromPeriod(dimension, period)]),
    ),
    rateChanges: rateChanges.filter((change) => change > period.from && change < period.to),
    aliasesOf: async (unresolved) => (await context.names(unresolved)).aliases,
  };
}

/** Time runs forward; everything else is most expensive first, with usage nobody could price before what cost nothing. */
function* inOrder(groups: readonly PricedGroup[], by: readonly Dimension[]): Steps<PricedGroup[]> {
  const times = by.filter(isTimeDimension);
  return yield* sorted(groups, (a, b) => {
    for (const time of times) {
      const order = compare(a.key[time] as string, b.key[time] as string);
      if (order !== 0) return order;
    }
    return (
      b.cost.cmp(a.cost) ||
      b.measures.unpriced_invocations - a.measures.unpriced_invocations ||
      b.measures.invocations - a.measures.invocations ||
      compare(Object.values(a.key).join('\n'), Object.values(b.key).join('\n'))
    );
  });
}

/** Groups as the rows of a table, in order. */
export function* tableFromGroups(
  title: string,
  by: readonly Dimension[],
  groups: readonly PricedGroup[],
): Steps<Table> {
  return { title, by: [...by], rows: yield* mapped(yield* inOrder(groups, by), rowFromGroup) };
}

/** Puts a report together: the same frame, coverage and notes around every answer. */
export async function assemble(
  title: string,
  period: Period,
  tables: Table[],
  { usage, coverage }: PricedAnswer,
  context: ReportContext,
): Promise<Report> {
  const iso = (at: number) => isoFromMoment(at, period.timezone);
  return {
    title,
    period: { from: iso(period.from), to: iso(period.to), timezone: period.timezone },
    tables,
    totals: (usage.groups.length > 0 ? usage.totals : emptyGroup({})).measures,
    unpriced: usage.unpriced,
    doubts: usage.doubts,
    coverage: coverageFrom(coverage, period.timezone, context),
    notes: [
      ...notesFromUsage(usage, coverage),
      ...(await context.prices()).notes,
      ...(await context.names(usage.unresolved)).notes,
    ],
  };
}

/** What an answer rests on, in the words of reports. */
export function coverageFrom(coverage: Coverage, timezone: string, context: ReportContext): Report['coverage'] {
  return {
    source: coverage.source ?? context.engine.source,
    files: coverage.files,
    records: coverage.records,
    invocations: coverage.invocations,
    duplicates: coverage.duplicates,
    malformed: coverage.malformed,
    damaged_files: coverage.damagedFiles.map((file) => file.path),
    skipped_files: coverage.skippedFiles,
    ...(coverage.first === undefined ? {} : { data_from: isoFromMoment(coverage.first, timezone) }),
    ...(coverage.last === undefined ? {} : { data_to: isoFromMoment(coverage.last, timezone) }),
  };
}
