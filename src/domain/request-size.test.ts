import { describe, expect, it } from 'vitest';
import { isOfSize, isSameSize, limitsOfSize } from './request-size.ts';

const SIZE = { promptAtLeast: 100, outputAtMost: 10 };

describe('the size of a request', () => {
  it.each([
    [100, 10, true],
    [99, 10, false],
    [100, 11, false],
    [100_000, 0, true],
  ])('has ends that are inclusive: %i and %i', (prompt, output, expected) => {
    expect(isOfSize({ prompt, output }, SIZE)).toBe(expected);
  });

  it('has two more ends', () => {
    const size = { promptAtMost: 5, outputAtLeast: 2 };
    expect(isOfSize({ prompt: 5, output: 2 }, size)).toBe(true);
    expect(isOfSize({ prompt: 6, output: 2 }, size)).toBe(false);
    expect(isOfSize({ prompt: 5, output: 1 }, size)).toBe(false);
    expect(isOfSize({ prompt: 6, output: 1 }, undefined)).toBe(true);
  });

  it('gives only the ends that are there, zero among them', () => {
    expect(limitsOfSize({ outputAtMost: 0 })).toEqual([{ of: 'output', atLeast: false, tokens: 0 }]);
    expect(limitsOfSize()).toEqual([]);
  });

  it.each([
    [SIZE, { ...SIZE }, true],
    [{}, undefined, true],
    [SIZE, undefined, false],
    [SIZE, { ...SIZE, promptAtLeast: 101 }, false],
    [SIZE, { ...SIZE, outputAtLeast: 1 }, false],
  ])('is the same only where every end is: %j and %j', (a, b, expected) => {
    expect(isSameSize(a, b)).toBe(expected);
  });
});
