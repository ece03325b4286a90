import { expect, it } from 'vitest';
import { addCounts, type UsageCounts } from './usage.ts';
import { byClass } from './usage-class.ts';

it('counts of usage are added up, every one of them', () => {
  const counts = { invocations: 2, errors: 1, cacheWriteUnknown: 3, ...byClass((name) => name.length) };
  const sum: UsageCounts = { invocations: 0, errors: 0, cacheWriteUnknown: 0, ...byClass(() => 0) };
  addCounts(sum, counts);
  expect(sum).toEqual(counts);
  addCounts(sum, counts);
  expect(sum).toEqual(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, 2 * count])));
});
