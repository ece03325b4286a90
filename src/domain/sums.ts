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

/** The order of texts by their characters' codes, whatever the language; of whole numbers by size. */
export function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The place of the first of ascending values that is not below a number, found by halves. */
export function placeFrom<Value>(values: readonly Value[], least: number, numberOf: (value: Value) => number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberOf(values[middle] as Value) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
