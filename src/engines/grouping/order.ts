import { mapped, type Steps, sorted } from '../../domain/steps.ts';
import { compare } from '../../domain/sums.ts';
import { CLASS_NAMES } from '../../domain/usage-class.ts';
import type { InvocationRow, InvocationsAnswer, InvocationsQuery } from '../engine.ts';

/** The heaviest of the rows, and of those that used something without a weight the largest, by all their tokens. Of equals the earlier comes first. */
export function* mostExpensive(
  rows: readonly InvocationRow[],
  { limit, unpricedLimit }: Pick<InvocationsQuery, 'limit' | 'unpricedLimit'>,
): Steps<Omit<InvocationsAnswer, 'notes'>> {
  function* first(measure: (row: InvocationRow) => bigint, most: number): Steps<InvocationRow[]> {
    const sized = yield* mapped(rows, (row) => ({ row, size: measure(row) }));
    const order = yield* sorted(
      sized.filter(({ size }) => size > 0n),
      (a, b) => compare(b.size, a.size) || a.row.at - b.row.at || compare(idOf(a.row), idOf(b.row)),
    );
    return order.slice(0, most).map(({ row }) => row);
  }
  return {
    rows: yield* first(({ weight }) => weight, limit),
    unpriced: yield* first((row) => (row.whole ? 0n : tokensOf(row)), unpricedLimit),
  };
}

function tokensOf({ counts }: InvocationRow): bigint {
  return CLASS_NAMES.reduce((sum, name) => sum + BigInt(counts[name]), 0n);
}

function idOf({ attributes, requestId }: InvocationRow): string {
  return `${attributes.account}/${attributes.region}/${requestId}`;
}
