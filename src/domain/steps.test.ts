import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce, each, grouped, inTurns, mapped, pace, type Steps, sorted } from './steps.ts';

/** How many steps there are, and what they come to. */
function counted<Result>(steps: Steps<Result>): { count: number; result: Result } {
  for (let count = 0; ; count++) {
    const step = steps.next();
    if (step.done) return { count, result: step.value };
  }
}

const numbers = (length: number) => Array.from({ length }, (_, index) => index);

describe('work in steps', () => {
  it('has a step for each thousand values', () => {
    expect(counted(mapped(numbers(150_000), String)).count).toBe(150);
    expect(counted(grouped(numbers(150_000), (value) => value % 7)).count).toBe(150);
    expect(counted(mapped(numbers(999), String))).toEqual({ count: 0, result: numbers(999).map(String) });
  });

  it('counts the values of loops in each other together', () => {
    function* nested(): Steps<void> {
      const due = pace(100);
      for (const one of numbers(50)) yield* each(numbers(one), () => {}, due);
    }
    expect(counted(nested()).count).toBe(12);
  });

  it('sorts like sort, of equals the first one first', () => {
    const rows = fc.array(fc.record({ key: fc.integer({ min: 0, max: 20 }) }), { maxLength: 5_000, size: 'max' });
    const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;
    fc.assert(
      fc.property(rows, (given) => {
        const named = given.map((row, index) => ({ ...row, index }));
        expect(atOnce(sorted(named, byKey))).toEqual(named.toSorted(byKey));
      }),
      { numRuns: 20 },
    );
  });

  it('compares no more than some thousands between two steps', () => {
    let compared = 0;
    const most: number[] = [];
    const steps = sorted(numbers(20_000).reverse(), (a, b) => {
      compared += 1;
      return a - b;
    });
    while (!steps.next().done) {
      most.push(compared);
      compared = 0;
    }
    expect(Math.max(...most)).toBeLessThan(20_000);
  });

  it('gives others their turns, and ends when it is cancelled', async () => {
    let turns = 0;
    const calls = new AbortController();
    const tick = () => {
      turns += 1;
      if (turns === 10) calls.abort();
      else setImmediate(tick);
    };
    setImmediate(tick);
    let done = 0;
    const steps = each(numbers(1_000_000), () => {
      done += 1;
    });
    await expect(inTurns(steps, { signal: calls.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(turns).toBe(10);
    expect(done).toBeLessThan(20_000);
  });
});
