import type { Dimension } from './dimension.ts';
import type { Scope } from './scope.ts';
import { CLASS_NAMES, type UsageClass } from './usage-class.ts';
import { type Shape, usesAnything } from './usage-shape.ts';

/** Counters summed over a group of invocations. */
export interface UsageCounts extends Record<UsageClass, number> {
  invocations: number;
  errors: number;
  /** The part of `cacheWrite5m` whose lifetime the log does not tell: it may have been an hour. */
  cacheWriteUnknown: number;
}

/** Everything a rate depends on. Engines group by it beside what was asked, so money is exact after aggregation. */
export interface PriceKey {
  model: string;
  scope: Scope;
  region: string;
  tier: string | undefined;
  /** Prompt tokens of each invocation in the group were above this; 0 or one of CONTEXT_BANDS. */
  contextBand: number;
  /** First instant of the stretch of time in which no rate changes; epoch milliseconds. */
  ratesFrom: number;
}

export interface UsageRow extends UsageCounts {
  key: Partial<Record<Dimension, string>>;
  priceKey: PriceKey;
  /** Which classes each of the invocations used, and which counts its records state. */
  shape: Shape;
  /** First instant of the cell of time that it is of, epoch milliseconds; only where cells were asked for. */
  cell?: number;
}

const SUMMED = ['invocations', 'errors', 'cacheWriteUnknown', ...CLASS_NAMES] as const satisfies (keyof UsageCounts)[];

export function addCounts(sum: UsageCounts, counts: UsageCounts): void {
  for (const name of SUMMED) sum[name] += counts[name];
}

/** Invocations of a row that used anything: only these cost by what they used. */
export function billableOf({ shape, invocations }: Pick<UsageRow, 'shape' | 'invocations'>): number {
  return usesAnything(shape) ? invocations : 0;
}

/**
 * Prompt sizes (input + cache read + cache write) above which some model has ever cost more, in tokens.
 * A long-context price may use only these, because engines sum invocations per band.
 */
export const CONTEXT_BANDS = [100_000, 128_000, 200_000, 256_000, 272_000] as const;
