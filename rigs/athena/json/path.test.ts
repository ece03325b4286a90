import { expect, it } from 'vitest';
import { atPath } from './path.ts';

it('answers alike from a text that it has parsed before, also when it has forgotten it', () => {
  const long = JSON.stringify({ a: 'x'.repeat(1_500_000) });
  for (const _ of Array(3)) {
    expect(atPath('{"a":{"b":1}}', '$.a.b')).toEqual({ kind: 'number', text: '1' });
    expect(atPath('{"a":{"b":1}}', '$.b')).toBeUndefined();
    expect(atPath('null', '$')).toEqual({ kind: 'null' });
    expect(atPath('{"a":', '$.a')).toBeUndefined();
    for (const end of ['1', '2']) expect(atPath(`[${long},${end}]`, '$[1]')).toEqual({ kind: 'number', text: end });
  }
});

it.each([
  ['plain ü', 'plain ü'],
  ['\\u0041\\n', 'A\n'],
  ['a\tb\u0085', 'a\tb\u0085'],
  ['\\"\\\\', '"\\'],
])('reads the string "%s"', (written, text) => {
  expect(atPath(`{"a":"${written}"}`, '$.a')).toEqual({ kind: 'string', text });
});
