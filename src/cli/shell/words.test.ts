import { describe, expect, it } from 'vitest';
import { splitWords, wordsToComplete } from './words.ts';

describe('a line', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['  call-tool   x ', ['call-tool', 'x']],
    ['a "b c" d', ['a', 'b c', 'd']],
    [`where='model=x y' "it's"`, ['where=model=x y', "it's"]],
    ['a\\ b \\"', ['a b', '"']],
    ['""', ['']],
    [
      'call-tool x {"by": ["model", "day"], "note": "a } b \\" c"}',
      ['call-tool', 'x', '{"by": ["model", "day"], "note": "a } b \\" c"}'],
    ],
    ['where=["a b","c"] limit=2', ['where=["a b","c"]', 'limit=2']],
    ['principal=role/{x}', ['principal=role/{x}']],
  ])('%j is %j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(['a "b', "a 'b", 'x {"a": 1'])('%j has no end', (line) => {
    expect(() => splitWords(line)).toThrow(/has no end/);
  });

  it.each([
    ['', [], ''],
    ['call', [], 'call'],
    ['call-tool ', ['call-tool'], ''],
    ['call-tool "a b', ['call-tool'], 'a b'],
  ])('%j is completed at %j, %j', (line, before, current) => {
    expect(wordsToComplete(line)).toEqual({ before, current });
  });
});
