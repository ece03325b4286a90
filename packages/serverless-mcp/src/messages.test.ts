import { describe, expect, it } from 'vitest';
import { tooMuchJson, withoutNullArguments } from './messages.ts';

const arrays = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const isTooDeep = (text: string) => tooMuchJson(text, 1_000_000) === 'nested too deep';

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

describe('the values of a text', () => {
  it.each([
    ['0', 1],
    [' "a,[b,{c" ', 1],
    ['[]', 1],
    ['{ \n }', 1],
    ['[[ ], {}, "x", null]', 5],
    ['{"a":1,"b":[2,3]}', 5],
    [JSON.stringify({ a: [{}, { b: [[]] }], c: '\\",[' }), 7],
  ])('are counted, whatever stands in strings: %s', (text, values) => {
    expect(tooMuchJson(text, values)).toBeUndefined();
    expect(tooMuchJson(text, values - 1)).toBe(`more than ${values - 1} values`);
  });
});

it('takes null for arguments that are left out, in each of several messages, and nothing else', () => {
  const call = (params: object) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const sent = [
    call({ name: 'a', arguments: null }),
    call({ name: 'b', arguments: { by: null } }),
    { result: null },
    7,
  ];
  expect(withoutNullArguments(sent)).toEqual([
    call({ name: 'a' }),
    call({ name: 'b', arguments: { by: null } }),
    { result: null },
    7,
  ]);
  expect(withoutNullArguments(undefined)).toBeUndefined();
  expect(withoutNullArguments(null)).toBeNull();
});
