import { type Dimension, NONE } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import type { UsageRow } from '../../domain/usage.ts';
import type { UsageAnswer } from '../../engines/engine.ts';
import type { ReportContext } from '../context.ts';
import { type Asked, queryFrom } from './breakdown.ts';

/** The shortest time that usage is summed by: the shorter lifetime of a cache. */
export const CELL_MS = 5 * 60_000;

/** Asked for over at most so many days: each cell is a row for each caller and model. */
export const MOST_CELL_DAYS = 31;

type Key = UsageRow['key'];

/**
 * Usage in cells of five minutes, of these keys alone, for there can be a great many.
 * @returns the error that says why it cannot be asked: a long period, metrics that are not kept so
 */
export function usageByCells(
  by: readonly Dimension[],
  keys: readonly Key[],
  asked: Asked,
  context: ReportContext,
): Promise<UsageAnswer | SpendError> {
  const { from, to } = asked.period;
  return whereKept(async () => {
    // A month in which clocks go back is an hour longer.
    if (to - from > MOST_CELL_DAYS * DAY_MS + HOUR_MS)
      throw new SpendError('INVALID_PERIOD', `ask about at most ${MOST_CELL_DAYS} days at a time`);
    const query = await queryFrom(narrowed({ ...asked, by }, keys), context);
    return context.engine.usage({ ...query, cellMs: CELL_MS }, context);
  });
}

/** Metrics of some age, or of a period with odd ends, are not kept by five minutes: the answer is the error that says so. */
export function whereKept<Answer>(ask: () => Promise<Answer>): Promise<Answer | SpendError> {
  return ask().catch((error: unknown) => {
    if (error instanceof SpendError && error.code === 'INVALID_PERIOD') return error;
    throw error;
  });
}

/** The same question about these alone. A source that knows no callers cannot be filtered by them. */
function narrowed(asked: Asked, keys: readonly Key[]): Asked {
  const valuesOf = (dimension: Dimension) => [...new Set(keys.map((key) => key[dimension] as string))];
  const dimensions = asked.by.filter((dimension) => !valuesOf(dimension).includes(NONE));
  return {
    ...asked,
    where: [
      ...asked.where.filter(({ dimension }) => !dimensions.includes(dimension)),
      ...dimensions.map((dimension) => ({ dimension, values: valuesOf(dimension) })),
    ],
  };
}
