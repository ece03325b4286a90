import type { UsageRow } from '../../src/domain/usage.ts';
import { byClass } from '../../src/domain/usage-class.ts';
import { shapeFrom } from '../../src/domain/usage-shape.ts';

/** A row of usage whose records state all counts, with the shape that its counts have. */
export function usageRowOf(fields: Pick<UsageRow, 'priceKey'> & Partial<Omit<UsageRow, 'shape'>>): UsageRow {
  const row = { key: {}, invocations: 1, errors: 0, cacheWriteUnknown: 0, ...byClass(() => 0), ...fields };
  return { ...row, shape: shapeFrom({ counts: row, stated: { input: true, output: true }, ended: false }) };
}
