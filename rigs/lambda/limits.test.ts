import { expect, it } from 'vitest';
import { createPacer } from './limits.ts';

it('a stream is free at first, then held to its rate', () => {
  let now = 0;
  const delay = createPacer({ freeBytes: 1000, bytesPerSecond: 100 }, () => now);
  expect([delay(600), delay(400), delay(50)]).toEqual([0, 0, 500]);
  now += 500;
  expect(delay(100)).toBe(1000);
  now += 5000;
  expect(delay(100)).toBe(0);
});
