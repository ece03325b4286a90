import { billableOf } from '../../domain/usage.ts';
import { CELL_MS } from '../usage/short-cells.ts';
import { PAUSE } from './cells.ts';
import type { PricedRow } from './savings.ts';

/** How the calls of one caller to one model follow each other, seen in cells of five minutes. */
export interface Spacing {
  calls: number;
  /** Calls that come more than five minutes after the one before, the first one as well: no cache would live for them. */
  afterFive: number;
  /** The same, an hour or more. */
  afterHour: number;
}

export function spacingFrom(priced: readonly PricedRow[]): Spacing {
  const byCell = new Map<number, number>();
  for (const { row } of priced) {
    const at = Math.floor((row.cell as number) / CELL_MS);
    byCell.set(at, (byCell.get(at) ?? 0) + billableOf(row));
  }
  const spacing = { calls: 0, afterFive: 0, afterHour: 0 };
  let before = Number.NEGATIVE_INFINITY;
  for (const [at, calls] of [...byCell].sort(([a], [b]) => a - b)) {
    spacing.calls += calls;
    if (at - before >= PAUSE.least) spacing.afterFive++;
    if (at - before > PAUSE.most) spacing.afterHour++;
    before = at;
  }
  return spacing;
}
