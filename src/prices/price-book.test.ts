import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textFromUsd } from '../domain/money.ts';
import type { PriceKey } from '../domain/usage.ts';
import { modelIdentity } from '../logs/model-id.ts';
import { createGenaiPricesSource, GENAI_PRICES_VERSION } from './genai-prices.ts';
import { composePrices } from './index.ts';
import { priceKeyFromModel } from './model-key.ts';
import { overridesFromText } from './overrides.ts';
import type { Rate } from './rate.ts';
import { PRICE_SOURCES, PRICE_TABLE } from './table.ts';

const OCTOBER = Date.parse('2026-10-15T00:00:00Z');

const book = composePrices();

function keyOf(modelId: string, more: Partial<PriceKey> = {}): PriceKey {
  const { model, scope } = modelIdentity(modelId);
  return { model, scope, region: 'us-east-1', tier: undefined, contextBand: 0, ratesFrom: OCTOBER, ...more };
}

/** Input, output, cache read, 5-minute write, 1-hour write; `-` for unknown. */
function ratesOf(rate: Rate | undefined): string {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = rate?.rates ?? {};
  return [input, output, cacheRead, cacheWrite5m, cacheWrite1h]
    .map((value) => (value ? textFromUsd(value) : '-'))
    .join(' ');
}

describe('Claude list prices (bedrock-facts 3, AWS Price List)', () => {
  it.each([
    ['global.anthropic.claude-opus-5-5', '4 20 0.2 5 8'],
    ['global.anthropic.claude-opus-4-8', '5 25 0.5 6.25 10'],
    ['us.anthropic.claude-opus-4-8', '5.5 27.5 0.55 6.875 11'],
    ['anthropic.claude-opus-4-6-v1', '5.5 27.5 0.55 6.875 11'],
    ['global.anthropic.claude-sonnet-4-6', '3 15 0.3 3.75 6'],
    ['eu.anthropic.claude-sonnet-4-6', '3.3 16.5 0.33 4.125 6.6'],
    ['jp.anthropic.claude-sonnet-4-5-20250929-v1:0', '3.3 16.5 0.33 4.125 6.6'],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', '1.1 5.5 0.11 1.375 2.2'],
    ['global.anthropic.claude-haiku-5-5', '0.1 0.5 0.01 0.125 0.2'],
    ['us.anthropic.claude-fable-5', '11 55 1.1 13.75 22'],
    ['us.anthropic.claude-fable-5-1', '11 55 0.275 13.75 22'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', '3 15 0.3 3.75 6'],
    ['global.anthropic.claude-sonnet-4-20250514-v1:0', '3 15 0.3 3.75 6'],
    ['anthropic.claude-opus-4-1-20250805-v1:0', '15 75 1.5 18.75 30'],
    ['anthropic.claude-3-haiku-20240307-v1:0', '0.25 1.25 - - -'],
    ['arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-5-haiku-20241022-v1:0', '0.8 4 0.08 1 1.6'],
  ])('%s', (modelId, expected) => {
    expect(ratesOf(book.rate(keyOf(modelId)))).toBe(expected);
  });

  it('cost 1.2 times the global rate in GovCloud', () => {
    const key = keyOf('us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', { region: 'us-gov-west-1' });
    expect(ratesOf(book.rate(key))).toBe('3.6 18 0.36 4.5 7.2');
    // Listed for it, so that there is no doubt of its region.
    expect(book.rate(key)?.doubts.filter(({ code }) => code === 'region_not_listed')).toEqual([]);
  });

  it('are the same in every commercial region, without a remark', () => {
    const tokyo = book.rate(keyOf('global.anthropic.claude-sonnet-4-6', { region: 'ap-northeast-1' }));
    expect([ratesOf(tokyo), tokyo?.notes, tokyo?.doubts]).toEqual(['3 15 0.3 3.75 6', [], []]);
  });
});

describe('other families', () => {
  it.each([
    ['amazon.nova-micro-v1:0', '0.035 0.14 0.00875 0 -'],
    ['amazon.nova-lite-v1:0', '0.06 0.24 0.015 0 -'],
    ['us.amazon.nova-pro-v1:0', '0.8 3.2 0.2 0 -'],
    ['amazon.titan-embed-text-v2:0', '0.02 - - - -'],
    ['amazon.titan-embed-text-v1', '0.1 - - - -'],
    ['meta.llama3-3-70b-instruct-v1:0', '0.72 0.72 - - -'],
    ['deepseek.r1-v1:0', '1.35 5.4 - - -'],
    ['openai.gpt-oss-120b-1:0', '0.15 0.6 - - -'],
    ['cohere.command-r-plus-v1:0', '3 15 - - -'],
  ])('%s', (modelId, expected) => {
    expect(ratesOf(book.rate(keyOf(modelId)))).toBe(expected);
  });

  it('have regional prices where the price list has them', () => {
    const london = book.rate(keyOf('amazon.nova-lite-v1:0', { region: 'eu-west-2' }));
    expect(ratesOf(london)).not.toBe(ratesOf(book.rate(keyOf('amazon.nova-lite-v1:0'))));
  });

  it('say so when a region is priced at the list price of another', () => {
    const doubts = (model: string, region: string) =>
      book.rate(keyOf(model, { region }))?.doubts.map(({ code, text }) => `${code}: ${text}`);
    const text =
      'No price is listed for af-south-1; the us-east-1 list price is taken, and prices of this family can differ by region.';
    expect(doubts('meta.llama4-scout-17b-instruct-v1:0', 'af-south-1')).toEqual([`region_not_listed: ${text}`]);
    const nowhere = 'unknown_region: No Bedrock region mars-north-9 is known; the us-east-1 list price is taken.';
    expect(doubts('meta.llama4-scout-17b-instruct-v1:0', 'mars-north-9')).toEqual([nowhere]);
    expect(doubts('anthropic.claude-sonnet-4-6', 'mars-north-9')).toEqual([nowhere]);
    expect(doubts('anthropic.claude-sonnet-4-6', 'af-south-1')).toEqual([]);
    expect(doubts('anthropic.claude-3-opus-20240229-v1:0', 'us-gov-west-1')).toHaveLength(1);
  });
});

describe('models of November 2026 (@earendil-works/pi-ai 1.6.0)', () => {
  const november = (modelId: string, more: Partial<PriceKey> = {}) =>
    book.rate(keyOf(modelId, { ratesFrom: Date.parse('2026-11-20T00:00:00Z'), ...more }));

  it.each([
    ['global.anthropic.claude-fable-5-2', '8 40 0.2 10 16', ['derived_rate']],
    ['us.anthropic.claude-fable-5-2', '8.8 44 0.22 11 17.6', ['derived_rate']],
    ['global.openai.gpt-6.2-astra', '8 40 0.4 10 -', []],
    ['openai.gpt-6.2-astra', '8.8 44 0.44 11 -', []],
    ['global.openai.gpt-6.2-sol', '2 10 0.1 2.5 -', []],
    ['us.openai.gpt-6.1-terra', '1.1 5.5 0.055 1.375 -', []],
    ['global.moonshotai.kimi-k3.1', '4 20 0.2 5 -', ['single_source']],
    ['us.zai.glm-5.3', '1.848 5.808 0.3432 2.31 -', ['single_source']],
  ])('%s', (modelId, expected, doubts) => {
    const rate = november(modelId);
    expect([ratesOf(rate), rate?.doubts.map(({ code }) => code)]).toEqual([expected, doubts]);
  });

  it('cost more above 272,000 prompt tokens', () => {
    const long = { contextBand: 272_000 };
    expect(ratesOf(november('global.openai.gpt-6.2-astra', long))).toBe('16 60 0.8 20 -');
    expect(ratesOf(november('global.openai.gpt-6.1-terra', long))).toBe('2 7.5 0.1 2.5 -');
  });

  it('are not known before their launch', () => {
    const onDay = (modelId: string, day: string) => november(modelId, { ratesFrom: Date.parse(day) });
    expect(onDay('global.anthropic.claude-fable-5-2', '2026-11-08')).toBeUndefined();
    expect(onDay('global.openai.gpt-6.2-sol', '2026-11-16')).toBeUndefined();
    expect(onDay('global.openai.gpt-6.1-terra', '2026-10-25')).toBeUndefined();
  });
});

describe('what a rate depends on', () => {
  it('batch is half, priority 1.75 and flex half where offered', () => {
    expect(ratesOf(book.rate(keyOf('global.anthropic.claude-sonnet-4-6', { tier: 'batch' })))).toBe(
      '1.5 7.5 0.15 1.875 3',
    );
    expect(ratesOf(book.rate(keyOf('openai.gpt-oss-120b-1:0', { tier: 'priority' })))).toBe('0.2625 1.05 - - -');
    expect(ratesOf(book.rate(keyOf('openai.gpt-oss-120b-1:0', { tier: 'flex' })))).toBe('0.075 0.3 - - -');
  });

  it('a tier that is not offered is unpriced', () => {
    expect(book.rate(keyOf('global.anthropic.claude-sonnet-4-6', { tier: 'priority' }))).toBeUndefined();
    expect(book.rate(keyOf('global.anthropic.claude-sonnet-4-6', { tier: 'something-new' }))).toBeUndefined();
  });

  it('latency-optimized has a price of its own', () => {
    expect(
      ratesOf(book.rate(keyOf('us.anthropic.claude-3-5-haiku-20241022-v1:0', { tier: 'latency-optimized' }))),
    ).toBe('1 5 0.1 1.25 2');
    const optimized = (model: string, region: string) =>
      ratesOf(book.rate(keyOf(model, { tier: 'latency-optimized', region })));
    expect(optimized('us.amazon.nova-pro-v1:0', 'us-east-1')).toBe('1 4 0.25 0 -');
    expect(optimized('us.meta.llama3-1-70b-instruct-v1:0', 'us-east-2')).toBe('0.9 0.9 - - -');
    expect(optimized('us.meta.llama3-1-405b-instruct-v1:0', 'us-east-2')).toBe('3 3 - - -');
  });

  it('batch rates of open models are AWS’s rounded cents', () => {
    const batch = (model: string, region: string) => ratesOf(book.rate(keyOf(model, { tier: 'batch', region })));
    expect(batch('mistral.ministral-3-8b-instruct', 'us-east-1')).toBe('0.07 0.07 - - -');
    expect(batch('mistral.ministral-3-8b-instruct', 'us-west-2')).toBe('0.07 0.07 - - -');
    expect(batch('mistral.ministral-3-8b-instruct', 'ap-south-1')).toBe('0.09 0.09 - - -');
    expect(batch('openai.gpt-oss-120b-1:0', 'eu-west-2')).toBe('0.12 0.47 - - -');
    expect(batch('qwen.qwen3-next-80b-a3b', 'ap-south-1')).toBe('0.09 0.71 - - -');
  });

  it('a geographic profile has a rate of its own where AWS lists one', () => {
    const lite = (scope: PriceKey['scope'], region: string) =>
      ratesOf(book.rate(keyOf('amazon.nova-2-lite-v1:0', { scope, region })));
    expect(lite('geo', 'eu-south-2')).toBe('0.363 3.205 0.09075 0 -');
    expect(lite('in-region', 'us-west-1')).toBe('0.429 3.351 0.10725 0 -');
    expect(lite('geo', 'eu-south-1')).toBe('0.528 4.411 0.09075 0 -');
    expect(lite('geo', 'ca-central-1')).toBe('0.352 2.97 0.088 0 -');
    expect(lite('global', 'eu-south-2')).toBe('0.33 2.75 0.0825 0 -');
    expect(ratesOf(book.rate(keyOf('amazon.nova-micro-v1:0', { region: 'ap-southeast-5' })))).toBe(
      '0.042 0.168 0.0105 0 -',
    );
  });

  it('regions that the list has at the base price are in no doubt', () => {
    const doubts = (model: string, region: string) =>
      book.rate(keyOf(model, { region }))?.doubts.map(({ code }) => code);
    expect(doubts('meta.llama3-3-70b-instruct-v1:0', 'us-west-2')).toEqual([]);
    expect(doubts('cohere.embed-english-v3', 'eu-west-1')).toEqual([]);
    expect(doubts('amazon.nova-pro-v1:0', 'me-central-1')).toEqual([]);
    expect(doubts('meta.llama3-3-70b-instruct-v1:0', 'eu-west-1')).toEqual(['region_not_listed']);
  });

  it('long prompts of Claude Sonnet 4 and 4.5 were more expensive up to 2026-08-20, and are in doubt before and after', () => {
    const sonnet = (modelId: string, day: string, contextBand: number) => {
      const rate = book.rate(keyOf(modelId, { contextBand, ratesFrom: Date.parse(day) }));
      return [ratesOf(rate), rate?.doubts.map(({ code }) => code)];
    };
    const four = 'us.anthropic.claude-sonnet-4-20250514-v1:0';
    const fourFive = 'global.anthropic.claude-sonnet-4-5-20250929-v1:0';
    // A million tokens could be asked from 2025-08-12 on.
    expect(sonnet(four, '2025-08-11', 200_000)).toEqual(['3 15 0.3 3.75 6', []]);
    expect(sonnet(four, '2025-08-12', 200_000)).toEqual(['6 22.5 0.6 7.5 12', ['long_context']]);
    expect(sonnet(four, '2025-09-15', 200_000)).toEqual(['6 22.5 0.6 7.5 12', ['long_context']]);
    expect(sonnet(four, '2025-09-15', 128_000)).toEqual(['3 15 0.3 3.75 6', []]);
    expect(sonnet(fourFive, '2026-08-19', 256_000)).toEqual(['6 22.5 0.6 7.5 12', ['long_context']]);
    expect(sonnet(fourFive, '2026-08-20', 256_000)).toEqual(['3 15 0.3 3.75 6', ['long_context']]);
    expect(sonnet(fourFive, '2026-10-15', 0)).toEqual(['3 15 0.3 3.75 6', []]);
    expect(book.rateChanges).toContain(Date.parse('2026-08-20'));
  });
  it('a long prompt makes the whole request more expensive, cached tokens included', () => {
    expect(ratesOf(book.rate(keyOf('global.anthropic.claude-haiku-5-5', { contextBand: 100_000 })))).toBe(
      '0.5 2.5 0.05 0.625 1',
    );
    const sol = 'global.openai.gpt-5.6-sol';
    expect(ratesOf(book.rate(keyOf(sol, { contextBand: 256_000 })))).toBe('4 20 0.4 5 -');
    expect(ratesOf(book.rate(keyOf(sol, { contextBand: 272_000 })))).toBe('8 30 0.8 10 -');
  });

  it('a price change has a date', () => {
    const sol = (day: string) => ratesOf(book.rate(keyOf('global.openai.gpt-5.6-sol', { ratesFrom: Date.parse(day) })));
    expect([sol('2026-08-20'), sol('2026-08-21')]).toEqual(['5 30 0.5 6.25 -', '4 20 0.4 5 -']);
    // Promised up to 2026-11-21; since then the list price of before, with a doubt.
    expect([sol('2026-11-21'), sol('2026-11-22')]).toEqual(['4 20 0.4 5 -', '5 30 0.5 6.25 -']);
    const doubts = (day: string) =>
      book.rate(keyOf('global.openai.gpt-5.6-sol', { ratesFrom: Date.parse(day) }))?.doubts.map(({ code }) => code);
    expect([doubts('2026-11-21'), doubts('2026-11-22')]).toEqual([[], ['promotion_ended']]);
    expect(book.rateChanges).toContain(Date.parse('2026-08-21T00:00:00Z'));
  });

  it('a model is not known before its launch', () => {
    expect(
      book.rate(keyOf('global.anthropic.claude-haiku-5-5', { ratesFrom: Date.parse('2026-10-06') })),
    ).toBeUndefined();
  });
});

describe('unknown is unpriced, never zero', () => {
  it.each([
    'acme.future-model-v9:0',
    'anthropic.claude-opus-4-80',
    'anthropic.claude-opus-99',
    'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc',
    'arn:aws:bedrock:us-east-1:111122223333:custom-model-deployment/abc',
  ])('%s', (modelId) => {
    expect(book.rate(keyOf(modelId))).toBeUndefined();
  });

  it.each([
    ['arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc', {}, 'billed by the hour'],
    ['anthropic.claude-3-haiku-20240307-v1:0', { tier: 'provisioned' }, 'billed by the hour'],
    ['arn:aws:bedrock:us-east-1:111122223333:imported-model/abc', {}, 'billed by the minute'],
    ['anthropic.claude-sonnet-4-6', { tier: 'reserved' }, 'billed by the month'],
  ])(
    'what is billed apart is known to cost nothing per token, and says what it costs instead: %s %j',
    (id, more, why) => {
      const rate = book.rate(keyOf(id, more));
      expect([ratesOf(rate), rate?.source, rate?.notes]).toEqual([
        '0 0 0 0 0',
        'not per token',
        [expect.stringContaining(why)],
      ]);
    },
  );
});

describe('the fallback', () => {
  it('is the pinned version', () => {
    const { version } = JSON.parse(readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8'));
    expect(GENAI_PRICES_VERSION).toBe(version);
  });

  const community = createGenaiPricesSource();

  it('answers, labelled', () => {
    const rate = community.rate(keyOf('meta.llama3-3-70b-instruct-v1:0'));
    expect([ratesOf(rate), rate?.source]).toEqual(['0.72 0.72 - - -', 'genai-prices']);
    expect(rate?.doubts.map(({ code }) => code)).toEqual(['community_table']);
    const claude = community.rate(keyOf('global.anthropic.claude-opus-5'));
    expect(claude?.doubts.map(({ code, classes }) => [code, classes])).toEqual([
      ['community_table', undefined],
      ['derived_rate', ['cacheWrite1h']],
    ]);
  });

  it('is not asked where a tier or GovCloud matters', () => {
    expect(community.rate(keyOf('meta.llama3-3-70b-instruct-v1:0', { tier: 'batch' }))).toBeUndefined();
    expect(community.rate(keyOf('meta.llama3-3-70b-instruct-v1:0', { region: 'us-gov-west-1' }))).toBeUndefined();
  });

  it.each([
    'amazon.nova-sonic-v1:0',
    'amazon.nova-2-sonic-v1:0',
    'amazon.nova-2-5-sonic-v1:0',
    'amazon.nova-2-omni-v1:0',
  ])('is never asked for %s, whose speech has prices of its own', (model) => {
    expect(community.rate(keyOf(model))).toBeUndefined();
    expect(book.rate(keyOf(model))).toBeUndefined();
  });
});

describe('the book', () => {
  it('lists what every source knows, once, and when any rate changes, in order', () => {
    const own = overridesFromText('prices: [{ model: acme.tickets, from: 2026-10-02, input: 1 }]', 'mine.yaml');
    const { models, rateChanges } = composePrices(own);
    expect(models).toEqual(expect.arrayContaining(['acme.tickets', 'amazon.nova-lite-v1']));
    expect(models).toEqual([...new Set(models)].sort());
    expect(rateChanges).toContain(Date.parse('2026-10-02T00:00:00Z'));
    expect(rateChanges.every(Number.isSafeInteger)).toBe(true);
    expect(rateChanges).toEqual([...new Set(rateChanges)].sort((a, b) => a - b));
  });
});

describe('the table', () => {
  it('has every entry under the key that looks it up, once per date, from a named source', () => {
    const names = PRICE_TABLE.map(({ model, from }) => `${model} ${from ?? ''}`);
    expect(new Set(names).size).toBe(names.length);
    expect(PRICE_TABLE.filter(({ model }) => priceKeyFromModel(model) !== model)).toEqual([]);
    expect(PRICE_TABLE.filter(({ source }) => !(source in PRICE_SOURCES))).toEqual([]);
  });

  it('has cache reads cheaper and cache writes never cheaper than free, for every entry', () => {
    const wrong = PRICE_TABLE.filter(
      ({ input, cacheRead, cacheWrite1h, cacheWrite5m }) =>
        Number(cacheRead ?? 0) >= Number(input) ||
        Number(cacheWrite1h ?? cacheWrite5m ?? 0) < Number(cacheWrite5m ?? 0),
    );
    expect(wrong).toEqual([]);
  });
});

describe('overrides', () => {
  const file = `
prices:
  - model: acme.orion-1-preview-v1:0
    input: 2.5
    output: 10
    from: 2026-10-20
  - model: anthropic.claude-opus-4-8
    input: 4.1
    output: 20.5
discounts:
  - percent: 7.5
    provider: anthropic
aliases:
  arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc:
    model: us.anthropic.claude-haiku-4-5-20251001-v1:0
    name: doc-search
    tags: { team: search }
`;
  const overrides = overridesFromText(file, 'prices.yaml');
  const prices = composePrices(overrides);

  it('beat every other source and are labelled', () => {
    const rate = prices.rate(keyOf('us.anthropic.claude-opus-4-8'));
    expect([ratesOf(rate), rate?.source, rate?.origin.title]).toEqual([
      '4.1 20.5 0.41 5.125 8.2',
      'overrides',
      'prices.yaml',
    ]);
  });

  it('hold from their day on', () => {
    expect(prices.rate(keyOf('acme.orion-1-preview-v1:0'))).toBeUndefined();
    expect(ratesOf(prices.rate(keyOf('acme.orion-1-preview-v1:0', { ratesFrom: Date.parse('2026-10-20') })))).toBe(
      '2.5 10 - - -',
    );
    expect(prices.rateChanges).toContain(Date.parse('2026-10-20'));
  });

  it('discount list prices exactly, and say so', () => {
    const rate = prices.rate(keyOf('us.anthropic.claude-sonnet-4-6'));
    expect(ratesOf(rate)).toBe('3.0525 15.2625 0.30525 3.815625 6.105');
    expect(rate?.notes).toEqual(['List prices less 7.5 % by your overrides file.']);
    expect(ratesOf(prices.rate(keyOf('amazon.nova-lite-v1:0')))).toBe('0.06 0.24 0.015 0 -');
  });

  it('name profiles by ARN or short id', () => {
    expect(overrides.aliases).toEqual([
      {
        unresolved: 'application-inference-profile/abc',
        model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
        name: 'doc-search',
        tags: { team: 'search' },
      },
    ]);
  });

  it.each([
    ['prices: [{ model: a.b, input: 1e-3 }]', /prices\.0\.input: must be a plain decimal/],
    ['prices: [{ model: a.b, input: -1 }]', /plain decimal/],
    ['prices: [{ model: a.b, inputs: 1 }]', /inputs/],
    ['prices: [{ model: a.b, input: 1, longContext: { above: 5, input: 2, output: 2 } }]', /longContext\.above/],
    [
      'prices: [{ model: us.anthropic.claude-opus-4-8, input: 1 }]',
      /prices\.0\.model: write anthropic\.claude-opus-4-8 in place of us\.anthropic.*"scopes" has factors/,
    ],
    ['prices: [{ model: global.amazon.nova-pro-v1:0, input: 1 }]', /write amazon\.nova-pro-v1:0 in place/],
    [
      'prices: [{ model: "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0", input: 1 }]',
      /write amazon\.nova-pro-v1:0 in place/,
    ],
    [
      'prices: [{ model: "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc", input: 1 }]',
      /write application-inference-profile\/abc in place/,
    ],
    ['prices: [{ model: Claude Opus 4.8, input: 1 }]', /"Claude Opus 4\.8" is no id of a model/],
    ['prices: [{ model: claude-opus-4-8, input: 1 }]', /is no id of a model/],
    ['prices: [{ model: "", input: 1 }]', /is no id of a model/],
    ['prices: [{ model: foundation-model/amazon.nova-pro-v1:0, input: 1 }]', /is no id of a model/],
    [
      'prices: [{ model: a.b, input: 1 }, { model: a.b, input: 2 }]',
      /prices\.1: a\.b has a price from the same day in prices\.0/,
    ],
    [
      'prices: [{ model: anthropic.claude-opus-4-8, from: 2026-10-01, input: 1 }, { model: anthropic.claude-opus-4-8-v1:0, from: 2026-10-01, input: 2 }]',
      /prices\.1: anthropic\.claude-opus-4-8 has a price from the same day/,
    ],
    ['prices: [{ model: a.b, from: 2026-13-01, input: 1 }]', /prices\.0\.from: must be a day of the calendar/],
    ['prices: [{ model: a.b, from: 2026-02-30, input: 1 }]', /prices\.0\.from: must be a day/],
    [
      'prices: [{ model: a.b, input: 1, regions: { Ireland: { input: 2 } } }]',
      /regions\.Ireland: is no name of a region/,
    ],
    ['discounts: [{ percent: 130 }]', /at most 100/],
    ['aliases: { x: {} }', /aliases\.x\.model/],
    ['prices: [', /not readable as YAML/],
  ])('name what is wrong: %s', (text, message) => {
    expect(() => overridesFromText(text, 'p.yaml')).toThrow(message);
  });

  it('are of models, and of what is named by its kind', () => {
    const ids = [
      'application-inference-profile/abc',
      'imported-model/abc',
      'custom-model-deployment/abc',
      'acme.orion',
    ];
    for (const model of ids)
      expect(overridesFromText(`prices: [{ model: ${model}, input: 1 }]`, 'p.yaml').prices.models).toEqual([model]);
  });

  it('may name a region that is new, which is said', () => {
    const of = (place: string) =>
      composePrices(
        overridesFromText(`prices: [{ model: a.b, input: 1, regions: { ${place}: { input: 2 } } }]`, 'p.yaml'),
      ).notes;
    expect(of('eu-west-1')).toEqual([]);
    expect(of('us-esat-1')).toEqual([
      'p.yaml has prices for us-esat-1, a region that this version does not know; is it spelt right?',
    ]);
  });

  it('may be empty', () => {
    expect(overridesFromText('', 'p.yaml').aliases).toEqual([]);
  });
});
