import { expect, it } from 'vitest';
import { usdFromText } from '../../domain/money.ts';
import { atOnce } from '../../domain/steps.ts';
import { type LeafChange, noParts } from './decompose.ts';
import { successorsIn } from './successors.ts';

const leaf = (caller: string, model: string, before: string, after: string): LeafChange => ({
  ...{ caller, model, before: usdFromText(before), after: usdFromText(after), parts: noParts() },
});

const found = (changes: readonly LeafChange[]) =>
  atOnce(successorsIn(changes)).map(({ from, to }) => `${from} > ${to}`);

it.each<[story: string, changes: LeafChange[], pairs: string[]]>([
  [
    'a role that was renamed',
    [
      leaf('role/old', 'opus', '80', '0'),
      leaf('role/old', 'haiku', '20', '0'),
      leaf('role/new', 'opus', '0', '82'),
      leaf('role/new', 'haiku', '0', '19'),
    ],
    ['role/old > role/new'],
  ],
  ['another job on another model', [leaf('a', 'opus', '80', '0'), leaf('b', 'haiku', '0', '80')], []],
  ['one that is three times as dear', [leaf('a', 'opus', '80', '0'), leaf('b', 'opus', '0', '240')], []],
  ['one that went on beside it', [leaf('a', 'opus', '80', '40'), leaf('b', 'opus', '0', '40')], []],
  ['cents', [leaf('a', 'opus', '0.8', '0'), leaf('b', 'opus', '0', '0.8')], []],
  [
    'two that were renamed: each once, the most alike first',
    [
      leaf('a', 'opus', '80', '0'),
      leaf('b', 'haiku', '50', '0'),
      leaf('c', 'opus', '0', '80'),
      leaf('d', 'haiku', '0', '52'),
    ],
    ['a > c', 'b > d'],
  ],
])('%s', (_, changes, pairs) => {
  expect(found(changes)).toEqual(pairs);
});

it('says what both cost, exactly', () => {
  const changes = [leaf('a', 'opus', '80.123456789', '0'), leaf('b', 'opus', '0', '81')];
  expect(atOnce(successorsIn(changes))).toEqual([{ from: 'a', to: 'b', before_usd: '80.123456789', after_usd: '81' }]);
});
