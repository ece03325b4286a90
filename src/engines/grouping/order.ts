import { CLASS_NAMES } from '../../domain/usage-class.ts';
import type { InvocationRow, InvocationsAnswer, InvocationsQuery } from '../engine.ts';

/** The heaviest of the rows, and of those that used something without a weight the largest, by all their tokens. Of equals the earlier comes first. */
export function mostExpensive(
  rows: readonly InvocationRow[],
  { limit, unpricedLimit }: Pick<InvocationsQuery, 'limit' | 'unpricedLimit'>,
): Omit<InvocationsAnswer, 'notes'> {
  const first = (measure: (row: InvocationRow) => bigint, most: number) =>
    rows
      .map((row) => ({ row, size: measure(row) }))
      .filter(({ size }) => size > 0n)
      .sort((a, b) => compare(b.size, a.size) || a.row.at - b.row.at || compare(idOf(a.row), idOf(b.row)))
      .slice(0, most)
      .map(({ row }) => row);
  return {
    rows: first(({ weight }) => weight, limit),
    unpriced: first((row) => (row.whole ? 0n : tokensOf(row)), unpricedLimit),
  };
}

function tokensOf({ counts }: InvocationRow): bigint {
  return CLASS_NAMES.reduce((sum, name) => sum + BigInt(counts[name]), 0n);
}

function idOf({ attributes, requestId }: InvocationRow): string {
  return `${attributes.account}/${attributes.region}/${requestId}`;
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
