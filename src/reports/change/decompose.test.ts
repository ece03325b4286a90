import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceUsage } from '../../../test/helpers/at-once.ts';
import { usageRowOf } from '../../../test/helpers/usage-rows.ts';
import { fractionFromDecimal, times } from '../../domain/fraction.ts';
import { textFromUsd, usdFromText } from '../../domain/money.ts';
import type { Scope } from '../../domain/scope.ts';
import { atOnce } from '../../domain/steps.ts';
import { billableOf, CONTEXT_BANDS, type UsageRow } from '../../domain/usage.ts';
import type { PriceEntry } from '../../prices/entry.ts';
import { createTableSource } from '../../prices/own-table.ts';
import { createPriceBook } from '../../prices/price-book.ts';
import { callersFromRows } from './callers.ts';
import { sumOfChanges as sumInSteps } from './contributors.ts';
import { decompose, type LeafChange } from './decompose.ts';
import { FACTOR_NAMES, type Factor } from './factors.ts';
import type { ListRate } from './leaf-states.ts';

/** Two days; prices of `acme.cut` fall between them. */
const DAYS = [Date.parse('2026-10-01T00:00:00Z'), Date.parse('2026-10-02T00:00:00Z')] as const;

const ENTRIES: PriceEntry[] = [
  { model: 'acme.small', input: '1', output: '5', cacheRead: '0.1', cacheWrite5m: '1.25', cacheWrite1h: '2' },
  { model: 'acme.large', input: '5', output: '25', cacheRead: '0.5', cacheWrite5m: '6.25', cacheWrite1h: '10' },
  { model: 'acme.cut', input: '4', output: '12', cacheRead: '0.3', cacheWrite5m: '5', cacheWrite1h: '7' },
  {
    model: 'acme.cut',
    from: '2026-10-02',
    input: '3',
    output: '9',
    cacheRead: '0.03',
    cacheWrite5m: '1',
    cacheWrite1h: '2',
  },
  { model: 'acme.plain', input: '0.72', output: '0.73' },
  { model: 'acme.new', from: '2026-10-02', input: '0.1', output: '0.5' },
].map((entry) => ({
  ...entry,
  scopes: { geo: '1.1', 'in-region': '1.1' },
  longContext: { above: 200_000, input: '2', output: '1.5' },
  source: 'test',
}));

const PRICES = createPriceBook([createTableSource(ENTRIES, { test: { title: '', url: '', read: '' } })]);

const listRate: ListRate = ({ model, route }, contextBand, counter, side) => {
  const rate = PRICES.rate({ model, ...route, contextBand, ratesFrom: DAYS[side] })?.rates[counter];
  return rate && times(fractionFromDecimal(rate.toFixed()), fractionFromDecimal('0.000001'));
};

type Usage = Partial<Omit<UsageRow, 'key'>> & { caller?: string; model?: string; scope?: Scope; contextBand?: number };

function rowOf(
  { caller = 'role/app', model = 'acme.small', scope = 'geo', contextBand = 0, ...counts }: Usage,
  day: 0 | 1,
): UsageRow {
  return usageRowOf({
    key: { principal: caller },
    priceKey: { model, scope, region: 'us-east-1', tier: undefined, contextBand, ratesFrom: DAYS[day] },
    ...{ invocations: 10, input: 1000, output: 100, cacheRead: 500, cacheWrite5m: 200 },
    ...counts,
  });
}

function changesOf(before: readonly UsageRow[], after: readonly UsageRow[]) {
  return atOnce(decompose(atOnce(callersFromRows([before, after], 'principal', PRICES)), listRate));
}

const sumOfChanges = (changes: readonly LeafChange[]) => atOnce(sumInSteps(changes));

/** The factors that moved, as text. */
function partsBetween(before: readonly Usage[], after: readonly Usage[]): Partial<Record<Factor, string>> {
  const { parts } = sumOfChanges(
    changesOf(
      before.map((usage) => rowOf(usage, 0)),
      after.map((usage) => rowOf(usage, 1)),
    ),
  );
  const moved = FACTOR_NAMES.filter((factor) => !parts[factor].eq(0));
  return Object.fromEntries(moved.map((factor) => [factor, textFromUsd(parts[factor])]));
}

const doubled = { input: 2000, output: 200, cacheRead: 1000, cacheWrite5m: 400 };

const tokens = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000_000 }));
const usage = fc.record({
  caller: fc.constantFrom('role/a', 'role/b', 'role/c'),
  model: fc.constantFrom('acme.small', 'acme.large', 'acme.cut'),
  scope: fc.constantFrom<Scope>('geo', 'global'),
  contextBand: fc.constantFrom(0, ...CONTEXT_BANDS),
  invocations: fc.integer({ min: 0, max: 500 }),
  input: tokens,
  output: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
});
/** With models that have fewer prices, or one for only a part of the time, or none. */
const anyUsage = fc
  .tuple(usage, fc.option(fc.constantFrom('acme.plain', 'acme.new', 'acme.unknown')))
  .map(
    ([one, other]): Usage =>
      other === null ? one : { ...one, model: other, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
  );
const anyRows = (day: 0 | 1) => fc.array(anyUsage, { maxLength: 8 }).map((all) => all.map((one) => rowOf(one, day)));

describe('the parts of a change', () => {
  it('add up to the difference to the last digit, for each leaf and in all', () => {
    fc.assert(
      fc.property(anyRows(0), anyRows(1), (before, after) => {
        const changes = changesOf(before, after);
        for (const { before: first, after: second, parts } of changes) {
          const sum = FACTOR_NAMES.reduce((total, factor) => total.plus(parts[factor]), usdFromText('0'));
          expect(textFromUsd(sum)).toBe(textFromUsd(second.minus(first)));
        }
        const [from, to] = [before, after].map((rows) =>
          priceUsage(
            rows.filter((row) => billableOf(row) > 0),
            [],
            PRICES,
          ).totals.cost.toFixed(),
        );
        const total = sumOfChanges(changes);
        expect([total.before.toFixed(), total.after.toFixed()]).toEqual([from, to]);
      }),
    );
  });

  it('turn their sign when the periods are swapped', () => {
    const swapped: ListRate = (leaf, band, counter, side) => listRate(leaf, band, counter, side === 0 ? 1 : 0);
    fc.assert(
      fc.property(anyRows(0), anyRows(1), (before, after) => {
        const forth = sumOfChanges(changesOf(before, after)).parts;
        const back = sumOfChanges(
          atOnce(decompose(atOnce(callersFromRows([after, before], 'principal', PRICES)), swapped)),
        ).parts;
        const turned = { ...back, new_callers: back.gone_callers, gone_callers: back.new_callers };
        expect(FACTOR_NAMES.map((name) => turned[name].neg().toFixed(12))).toEqual(
          FACTOR_NAMES.map((name) => forth[name].toFixed(12)),
        );
      }),
    );
  });

  it('are all volume when there is only more of the same', () => {
    const rows = fc.array(
      usage.filter(({ invocations = 1, model }) => invocations > 0 && model !== 'acme.cut'),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 9 }), (before, more) => {
        const after = before.map(({ invocations, input, output, cacheRead, cacheWrite5m, cacheWrite1h, ...rest }) => ({
          ...rest,
          ...{
            invocations: invocations * more,
            input: input * more,
            output: output * more,
            cacheRead: cacheRead * more,
          },
          ...{ cacheWrite5m: cacheWrite5m * more, cacheWrite1h: cacheWrite1h * more },
        }));
        expect(Object.keys(partsBetween(before, after)).filter((factor) => factor !== 'volume')).toEqual([]);
      }),
    );
  });

  it('are all price when nothing but rates changed', () => {
    const rows = fc.array(
      usage.filter(({ invocations }) => invocations > 0),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(rows, (same) => {
        expect(Object.keys(partsBetween(same, same)).filter((factor) => factor !== 'price')).toEqual([]);
      }),
    );
  });
});

describe('one factor moved by itself', () => {
  // acme.small, geo: 1000 x 1.1 + 100 x 5.5 + 500 x 0.11 + 200 x 1.375 = 1980 millionths of a dollar.
  it.each<[Factor, string, Usage[], Usage[]]>([
    ['volume', '-0.00198', [{ invocations: 20, ...doubled }], [{}]],
    ['tokens_per_call', '0.00198', [{}], [doubled]],
    // A larger prompt that costs double above 200,000 tokens is a matter of tokens: input side twice, answers half more.
    ['tokens_per_call', '0.001705', [{}], [{ contextBand: 200_000 }]],
    // 500 read tokens become plain input: 500 x (1.1 - 0.11).
    ['cache_use', '0.000495', [{}], [{ input: 1500, cacheRead: 0 }]],
    ['model_mix', '0.00792', [{}], [{ model: 'acme.large' }]],
    ['routing', '-0.00018', [{}], [{ scope: 'global' }]],
    // 1000 x 1 + 100 x 3 less per million, 500 x 0.27, 200 x 4: 2235 millionths.
    ['price', '-0.002235', [{ model: 'acme.cut', scope: 'global' }], [{ model: 'acme.cut', scope: 'global' }]],
    ['new_callers', '0.00198', [], [{}]],
    ['gone_callers', '-0.00198', [{}], []],
    // It called before, too, but a model without a price: it is not new.
    ['model_mix', '0.00198', [{ model: 'acme.unknown' }], [{}]],
  ])('%s', (factor, usd, before, after) => {
    expect(partsBetween(before, after)).toEqual({ [factor]: usd });
  });
});

describe('factors that moved together', () => {
  it('share what they make together', () => {
    // 10 calls of 100 tokens become 20 of 150, at 1 dollar per million: 1000, 2000 with calls alone, 1500 with tokens alone, 3000.
    const plain = { output: 0, cacheRead: 0, cacheWrite5m: 0, scope: 'global' } as const;
    const parts = partsBetween([{ ...plain, input: 1000 }], [{ ...plain, invocations: 20, input: 3000 }]);
    expect(parts).toEqual({ volume: '0.00125', tokens_per_call: '0.00075' });
  });

  it('tell a move to another model from longer prompts that came with it', () => {
    const plain = { output: 0, cacheRead: 0, cacheWrite5m: 0, scope: 'global' } as const;
    const parts = partsBetween([{ ...plain, input: 1000 }], [{ ...plain, model: 'acme.large', input: 1500 }]);
    // 1000, 5000 with the model alone, 1500 with the tokens alone, 7500.
    expect(parts).toEqual({ model_mix: '0.005', tokens_per_call: '0.0015' });
  });

  it('leave calls that used nothing out of the volume', () => {
    expect(
      partsBetween([{}], [{}, { invocations: 90, errors: 90, input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0 }]),
    ).toEqual({});
  });

  it('put nothing down to the price of a model that had none before', () => {
    const fresh = { cacheRead: 0, cacheWrite5m: 0 };
    expect(partsBetween([fresh], [{ ...fresh, model: 'acme.new' }])).toEqual({
      model_mix: expect.stringMatching(/^-/),
    });
  });

  it('put all of a new model down to the mix where its price for cached tokens is not known', () => {
    const after = rowOf({ model: 'acme.plain', input: 2000, output: 200, cacheRead: 0, cacheWrite5m: 0 }, 1);
    const fresh = changesOf([rowOf({}, 0)], [after]).find(({ model }) => model === 'acme.plain');
    expect(FACTOR_NAMES.filter((factor) => !fresh?.parts[factor].eq(0))).toEqual(['model_mix']);
  });
});
