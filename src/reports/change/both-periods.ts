import type { Dimension, Filter } from '../../domain/dimension.ts';
import type { Period } from '../../domain/period.ts';
import type { UsageRow } from '../../domain/usage.ts';
import type { Coverage } from '../../engines/engine.ts';
import type { ReportContext } from '../context.ts';
import { queryFrom } from '../usage/breakdown.ts';
import type { Periods } from './periods.ts';

export interface AskedChange {
  periods: Periods;
  by: Dimension;
  where: readonly Filter[];
}

/** Usage of the period before and of the one after, and what both rest on. */
export interface UsageOfBoth {
  rows: [UsageRow[], UsageRow[]];
  coverage: Coverage;
}

/** The periods to ask the engine for: where they touch, one question about both, because each may be a scan that costs. */
export function spansOf({ before, after }: Periods): Period[] {
  const [first, second] = before.from < after.from ? [before, after] : [after, before];
  return first.to === second.from ? [{ ...first, to: second.to }] : [before, after];
}

export async function usageOfBoth({ periods, by, where }: AskedChange, context: ReportContext): Promise<UsageOfBoth> {
  const { before, after } = periods;
  const spans = spansOf(periods);
  if (spans.length > 1) {
    const ask = async (period: Period) =>
      context.engine.usage(await queryFrom({ period, by: [by], where }, context), context);
    const [first, second] = [await ask(before), await ask(after)];
    return { rows: [first.rows, second.rows], coverage: joinCoverages(first.coverage, second.coverage) };
  }
  const query = await queryFrom({ period: spans[0] as Period, by: ['day', by], where }, context);
  const cells = [
    { label: 'before', from: before.from, to: before.to },
    { label: 'after', from: after.from, to: after.to },
  ].sort((a, b) => a.from - b.from);
  // The two periods stand in for the cells of a time dimension: engines cut time by whatever cells they are given.
  const { rows, coverage } = await context.engine.usage({ ...query, buckets: { day: cells } }, context);
  const isBefore = ({ key }: UsageRow) => key.day === 'before';
  return { rows: [rows.filter(isBefore), rows.filter((row) => !isBefore(row))], coverage };
}

/** Of two periods of one source: records are of a period, files and what is wrong with them are of the source. */
function joinCoverages(a: Coverage, b: Coverage): Coverage {
  const firsts = [a.first, b.first].filter((at) => at !== undefined);
  const lasts = [a.last, b.last].filter((at) => at !== undefined);
  return {
    ...b,
    records: a.records + b.records,
    invocations: a.invocations + b.invocations,
    duplicates: a.duplicates + b.duplicates,
    first: firsts.length > 0 ? Math.min(...firsts) : undefined,
    last: lasts.length > 0 ? Math.max(...lasts) : undefined,
    notes: [...new Set([...(a.notes ?? []), ...(b.notes ?? [])])],
  };
}
