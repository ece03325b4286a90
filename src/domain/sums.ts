/** Counts of one name added up, in the order in which the names first come. */
export function sumByName<Name extends string>(
  parts: readonly (Readonly<Partial<Record<Name, number>>> | undefined)[],
): Record<Name, number> {
  const sums: Partial<Record<Name, number>> = {};
  for (const part of parts)
    for (const [name, count] of Object.entries(part ?? {}) as [Name, number][]) sums[name] = (sums[name] ?? 0) + count;
  return sums as Record<Name, number>;
}

/** The largest of any number of values; as parameters of one call, more than some 120,000 overflow the stack. */
export function largestOf(values: Iterable<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}

/** The smallest likewise. */
export function smallestOf(values: Iterable<number>): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < smallest) smallest = value;
  return smallest;
}
