/** Counts of one name added up, in the order in which the names first come. */
export function sumByName<Name extends string>(
  parts: readonly (Readonly<Partial<Record<Name, number>>> | undefined)[],
): Record<Name, number> {
  const sums: Partial<Record<Name, number>> = {};
  for (const part of parts)
    for (const [name, count] of Object.entries(part ?? {}) as [Name, number][]) sums[name] = (sums[name] ?? 0) + count;
  return sums as Record<Name, number>;
}
