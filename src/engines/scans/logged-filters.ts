import type { Filter } from '../../domain/dimension.ts';
import { each, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import type { Column } from './result-row.ts';

/** A condition on what is logged, as it is logged: one of these values, the empty text standing for none. */
export interface LoggedFilter {
  column: Column;
  values: readonly string[];
}

type LoggedName = 'account' | 'region' | 'operation' | 'inferenceRegion' | 'caller';

/** Where the column that a dimension is derived from is told by the group as it is logged. */
const LOGGED: Readonly<Record<string, LoggedName>> = {
  account: 'account',
  region: 'region',
  operation: 'operation',
  inference_region: 'inferenceRegion',
  caller: 'caller',
  principal: 'caller',
  session: 'caller',
};

/**
 * Filters on names, as conditions on what they are derived from, so that a service can apply them. Dimensions that come from the
 * model, and those of several fields, are not among them.
 * @param wanted the groups that meet all the filters: what is asked for has no other values than theirs
 */
export function* loggedFilters(
  where: readonly Filter[],
  wanted: readonly InvocationGroup[],
): Steps<readonly LoggedFilter[]> {
  const filters: LoggedFilter[] = [];
  for (const column of new Set(where.flatMap(({ dimension }) => columnOf(dimension) ?? []))) {
    const values = new Set<string>();
    yield* each(wanted, (group) => values.add(loggedValue(group, column)));
    filters.push({ column, values: yield* sorted([...values], compare) });
  }
  return filters;
}

function columnOf(dimension: string): Column | undefined {
  return dimension.startsWith('metadata.') ? (dimension as Column) : LOGGED[dimension];
}

function loggedValue({ attributes }: InvocationGroup, column: Column): string {
  if (!column.startsWith('metadata.')) return attributes[column as LoggedName] ?? '';
  const key = column.slice('metadata.'.length);
  return (Object.hasOwn(attributes.metadata, key) && attributes.metadata[key]) || '';
}
