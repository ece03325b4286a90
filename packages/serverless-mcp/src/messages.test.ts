import { describe, expect, it } from 'vitest';
import { isTooDeep } from './messages.ts';

const arrays = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a text that is too deep', () => {
  it('is told apart from text that only looks deep', () => {
    expect(isTooDeep(JSON.stringify({ text: '['.repeat(1_000), more: '\\"['.repeat(1_000) }))).toBe(false);
    expect(isTooDeep(`[${'[],'.repeat(10_000)}[]]`)).toBe(false);
    expect(isTooDeep(arrays(100))).toBe(false);
    expect(isTooDeep(arrays(101))).toBe(true);
    expect(isTooDeep('"'.repeat(1_001))).toBe(false);
    expect(isTooDeep('"\\')).toBe(false);
  });
});
