import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offerFile, productTexts } from '../../../test/fixtures/price-list/offer-file.ts';
import { ROWS, type Row } from '../../../test/fixtures/price-list/rows.ts';
import { textFromUsd, usdFromText } from '../../domain/money.ts';
import type { PriceKey } from '../../domain/usage.ts';
import { modelIdentity } from '../../logs/model-id.ts';
import { composePrices } from '../index.ts';
import { overridesFromText } from '../overrides.ts';
import { OWN_PRICES } from '../own.ts';
import { type PriceSource, type Rate, scaleRates } from '../rate.ts';
import { mapOffer } from './map-offer.ts';
import { OFFER_CODES, type OfferCode, offerFromFile, offerFromProducts } from './offer.ts';
import { type FetchedOffer, rateSheet, withHistory } from './price-list.ts';
import { createPriceListSource } from './source.ts';

const OCTOBER = Date.parse('2026-10-15T00:00:00Z');

const read = (code: OfferCode, region: string, options: Parameters<typeof offerFile>[2] = {}): FetchedOffer => ({
  ...mapOffer(offerFromFile(JSON.stringify(offerFile(code, region, options)), code, region)),
  fetched: '2026-09-12T00:00:00Z',
});

const readRows = (rows: readonly Row[], options: Parameters<typeof offerFile>[2] = {}) =>
  read('AmazonBedrock', 'us-east-1', { ...options, rows });

const ALL = OFFER_CODES.flatMap((code) => Object.keys(ROWS[code]).map((region) => read(code, region)));

const source = createPriceListSource({ offers: ALL }, OWN_PRICES);

function keyOf(modelId: string, region = 'us-east-1', more: Partial<PriceKey> = {}): PriceKey {
  const { model, scope } = modelIdentity(modelId);
  return { model, scope, region, tier: undefined, contextBand: 0, ratesFrom: OCTOBER, ...more };
}

/** Input, output, cache read, 5-minute write, 1-hour write; `-` for unknown. */
function ratesOf(rate: Rate | undefined): string {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = rate?.rates ?? {};
  return [input, output, cacheRead, cacheWrite5m, cacheWrite1h]
    .map((value) => (value ? textFromUsd(value) : '-'))
    .join(' ');
}

const answer = (modelId: string, region?: string, more?: Partial<PriceKey>) =>
  source.rate(keyOf(modelId, region, more));

describe('what a row of the list stands for', () => {
  const mapped = (usageType: string, code: OfferCode = 'AmazonBedrock') => {
    const [region, row] = Object.entries(ROWS[code])
      .flatMap(([place, rows]) => rows.map((one) => [place, one] as const))
      .find(([, [type]]) => type === usageType) as readonly [string, Row];
    return read(code, region, { rows: [row] }).rates.map(({ model, token, usd, ...how }) =>
      [
        model,
        token,
        usd,
        how.tier === 'standard' ? '' : how.tier,
        how.global ? 'global' : '',
        how.long ? 'long' : '',
        how.mantle ? 'mantle' : '',
      ]
        .filter(Boolean)
        .join(' '),
    );
  };

  it.each([
    ['USE1-NovaPro-input-tokens', 'amazon.nova-pro-v1 input 0.8'],
    ['USE1-NovaPro-cache-read-input-token-count', 'amazon.nova-pro-v1 cacheRead 0.2'],
    ['USE1-NovaPro-cache-write-input-token-count', 'amazon.nova-pro-v1 cacheWrite5m 0'],
    ['USE1-NovaPro-output-tokens-batch', 'amazon.nova-pro-v1 output 1.6 batch'],
    ['USE1-NovaPro-input-tokens-priority', 'amazon.nova-pro-v1 input 1.4 priority'],
    ['USE1-NovaPro-input-tokens-latency-optimized', 'amazon.nova-pro-v1 input 1 latency-optimized'],
    ['USE1-Llama3-1-70B-LatencyOptimized-input-tokens', 'meta.llama3-1-70b-instruct-v1 input 0.9 latency-optimized'],
    ['USE1-Nova2.0Lite-input-tokens-cross-region-global', 'amazon.nova-2-lite-v1 input 0.3 global'],
    ['USE1-Nova2.0Lite-input-tokens-cross-region-global-batch', 'amazon.nova-2-lite-v1 input 0.15 batch global'],
    ['USE1-Qwen3-32B-input-tokens-flex', 'qwen.qwen3-32b-v1 input 0.075 flex'],
    ['USE1-qwen.qwen3-32b-mantle-input-tokens-flex', 'qwen.qwen3-32b-v1 input 0.075 flex mantle'],
    ['USE1-xai.grok-4.3-mantle-output-tokens-standard', 'xai.grok-4.3 output 2.5 mantle'],
    ['USE1-xai.grok-4.7-mantle-input-tokens-global-standard', 'xai.grok-4.7 input 2 global mantle'],
    ['USE1-TitanEmbeddingV2-Text-input-tokens', 'amazon.titan-embed-text-v2 input 0.02'],
    ['EU-TitanEmbeddingV2-Text-input-tokens', 'amazon.titan-embed-text-v2 input 0.026004'],
    ['APN1-TitanEmbeddingsG1-Text-input-tokens', 'amazon.titan-embed-text-v1 input 0.2'],
    ['APN1-zai.glm5-output-tokens', 'zai.glm-5 output 3.84'],
    ['USE1-DeepSeek-R1-output-tokens', 'deepseek.r1-v1 output 5.4'],
    ['APS3-qwen.qwen3-next-80b-a3b-input-tokens-standard', 'qwen.qwen3-next-80b-a3b input 0.18'],
  ])('%s', (usageType, expected) => {
    expect(mapped(usageType)).toEqual([expected]);
  });

  it('may be several ids', () => {
    expect(mapped('USE1-gpt-oss-120b-output-tokens')).toEqual([
      'openai.gpt-oss-120b-1 output 0.6',
      'openai.gpt-oss-120b output 0.6',
    ]);
  });

  it('marketplace rows are named by the service, per million', () => {
    const usEast = read('AmazonBedrockFoundationModels', 'us-east-1').rates;
    const rows = usEast.map(
      ({ model, token, global, tier, long, usd }) => `${model} ${token} ${tier} ${global} ${long} ${usd}`,
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        'anthropic.claude-opus-4-8 cacheWrite1h standard true false 10',
        'anthropic.claude-opus-4-8 input batch false false 2.75',
        'anthropic.claude-opus-4 output standard false false 75',
        'anthropic.claude-sonnet-4-5 cacheWrite1h standard true false 6',
        'anthropic.claude-sonnet-4-5 output standard false true 16.5',
        'openai.gpt-6-astra cacheWrite5m standard false true 27.5',
        'openai.gpt-6-astra input standard true true 20',
      ]),
    );
  });

  it('with a name that no rule reads is not used, whatever its billing name', () => {
    const deluxe = (usd: string, end = ''): Row => [
      `USE1-NovaPro-input-tokens${end}`,
      { model: 'Nova Pro Deluxe' },
      '1K tokens',
      usd,
      'invented',
    ];
    const { rates, unmapped } = readRows([deluxe('0.0090000000'), deluxe('0.0045000000', '-flex')]);
    expect(rates).toEqual([]);
    expect(unmapped).toEqual(['unknown model Nova Pro Deluxe: 2, such as USE1-NovaPro-input-tokens in us-east-1']);
  });

  it('with a unit that is not known is named, and not used', () => {
    const row = (unit: string): Row => [
      'USE1-NovaPro-input-tokens',
      { model: 'Nova Pro' },
      unit,
      '0.0009000000',
      'invented',
    ];
    const { rates, unmapped, leftOut } = readRows([row('Tokens'), row('Mtok'), row('Chunks'), row('hour')]);
    expect(rates).toEqual([]);
    expect(unmapped.map((text) => text.split(':')[0])).toEqual([
      'Nova Pro, unit "Chunks" not known',
      'Nova Pro, unit "Mtok" not known',
      'Nova Pro, unit "Tokens" not known',
    ]);
    expect(leftOut).toEqual({ 'not priced per token': 1 });
  });

  it('names and counts what it does not understand, and what it leaves out', () => {
    const { unmapped, leftOut } = read('AmazonBedrock', 'us-east-1');
    expect(unmapped).toEqual([
      'Nova Lite, price not readable: 1, such as USE1-NovaLite-input-tokens in us-east-1',
      'Nova Micro, standard or batch tier: 1, such as USE1-NovaMicro-input-tokens in us-east-1',
      'Nova Premier, unit "1B tokens" not known: 1, such as USE1-NovaPremier-input-tokens in us-east-1',
      'unknown model Acme Orion 1: 2, such as USE1-AcmeOrion-input-tokens in us-east-1',
      'unknown usage type: 1, such as USE1-NovaPro-wonder-tokens in us-east-1',
    ]);
    expect(leftOut).toEqual({
      'customised models': 2,
      'not priced per token': 2,
      'speech, image, audio and video tokens': 2,
    });
  });

  it('loses no row', () => {
    for (const { code, region, rates, unmapped, leftOut } of ALL) {
      const twoIds = rates.filter(({ model }) => model.startsWith('openai.gpt-oss-')).length / 2;
      const named = unmapped.map((text) => Number(/: (\d+), such as/.exec(text)?.[1]));
      const sum = [rates.length - twoIds, ...named, ...Object.values(leftOut)].reduce((a, b) => a + b, 0);
      expect([code, region, sum]).toEqual([code, region, ROWS[code][region]?.length]);
    }
  });

  it.each([
    ['1K tokens', '0.0033', '', '3.3'],
    ['1k tokens', '0.0033', '', '3.3'],
    ['1M tokens', '3.3', '', '3.3'],
    ['Units', '3.3', 'AWS Marketplace software usage|us-east-1|Million Input Tokens Regional', '3.3'],
    ['Units', '3.3', 'AWS Marketplace software usage|us-east-1|Input Tokens - Standard, Global', '3.3'],
    ['Units', '3.3', 'AWS Marketplace software usage|us-east-1|thousand Cache Read Input Tokens Regional', undefined],
    ['1B tokens', '3.3', '', undefined],
    ['1K tokens', '1e-3', '', undefined],
    ['1K tokens', '-1', '', undefined],
  ])('%s at %s %s', (unit, usd, description, expected) => {
    const file = offerFile('AmazonBedrockFoundationModels', 'us-east-1', {
      rows: [
        [
          'USE1-MP:USE1_InputTokenCount-Units',
          { servicename: 'Claude Sonnet 4.5 (Amazon Bedrock Edition)' },
          unit,
          usd,
          'invented',
        ],
      ],
    });
    const text = JSON.stringify(file).replace(/"description":"[^"]*"/, JSON.stringify({ description }).slice(1, -1));
    const { rates } = mapOffer(offerFromFile(text, 'AmazonBedrockFoundationModels', 'us-east-1'));
    expect(rates[0]?.usd).toBe(expected);
  });

  it('does not take a price by volume, or of another region', () => {
    const rows = [ROWS.AmazonBedrock['us-east-1']?.[0] as Row];
    const text = JSON.stringify(offerFile('AmazonBedrock', 'us-east-1', { rows }));
    const from = (changed: string) => mapOffer(offerFromFile(changed, 'AmazonBedrock', 'us-east-1')).unmapped;
    expect(from(text)).toEqual([]);
    expect(from(text.replace('"beginRange":"0"', '"beginRange":"1000"'))).toEqual([
      'Nova Pro, price not readable: 1, such as USE1-NovaPro-input-tokens in us-east-1',
    ]);
    expect(from(text.replace('"regionCode":"us-east-1"', '"regionCode":"us-east-2"'))).toEqual([
      'of another region: 1, such as USE1-NovaPro-input-tokens in us-east-1',
    ]);
  });

  it('keeps every digit: no rate passes through a floating-point number', () => {
    const whole = fc.bigInt({ min: 0n, max: 10n ** 20n });
    const fraction = fc.stringMatching(/^\d{10,25}$/);
    fc.assert(
      fc.property(whole, fraction, (units, digits) => {
        const usd = `${units}.${digits}`;
        const { rates } = readRows([
          ['USE1-NovaPro-input-tokens', { model: 'Nova Pro' }, '1K tokens', usd, 'invented'],
        ]);
        const thousandfold = `${units}${digits.slice(0, 3)}.${digits.slice(3)}`.replace(/^0+(?=\d)/, '');
        const expected = thousandfold.replace(/\.?0*$/, '');
        expect(rates.map((rate) => rate.usd)).toEqual(expected === '0' ? [] : [expected]);
      }),
    );
  });

  it('is the same from a file and through GetProducts', () => {
    for (const { fetched: _, ...offer } of ALL) {
      const listed = offerFromProducts(productTexts(offer.code, offer.region), offer.code, offer.region);
      expect(mapOffer(listed)).toEqual(offer);
    }
  });

  it('is read of the right offer or not at all', () => {
    const text = JSON.stringify(offerFile('AmazonBedrock', 'us-east-1'));
    expect(() => offerFromFile(text, 'AmazonBedrockFoundationModels', 'us-east-1')).toThrow('It is the offer');
    expect(() => offerFromFile(text.slice(0, -9), 'AmazonBedrock', 'us-east-1')).toThrow();
    expect(() => offerFromProducts([], 'AmazonBedrock', 'us-east-1')).toThrow('lists nothing');
  });
});

describe('prices by the list', () => {
  it.each([
    ['amazon.nova-pro-v1:0', 'us-east-1', '0.8 3.2 0.2 0 -'],
    ['apac.amazon.nova-pro-v1:0', 'ap-northeast-1', '0.96 3.84 0.24 0 -'],
    ['eu.amazon.nova-pro-v1:0', 'eu-west-1', '0.92 3.68 0.23 0 -'],
    ['amazon.nova-lite-v1:0', 'ap-northeast-1', '0.072 0.288 0.018 0 -'],
    ['us.amazon.nova-2-lite-v1:0', 'us-east-1', '0.33 2.75 0.0825 0 -'],
    ['us.meta.llama3-3-70b-instruct-v1:0', 'us-east-1', '0.72 0.72 - - -'],
    ['mistral.mistral-large-2402-v1:0', 'us-east-1', '4 12 - - -'],
    ['mistral.mistral-large-2402-v1:0', 'eu-west-1', '4.3 13 - - -'],
    ['amazon.titan-embed-text-v2:0', 'us-east-1', '0.02 - - - -'],
    ['amazon.titan-embed-text-v2:0', 'eu-west-1', '0.026004 - - - -'],
    ['amazon.titan-embed-text-v1', 'ap-northeast-1', '0.2 - - - -'],
    ['cohere.embed-v4:0', 'ap-northeast-1', '0.12 - - - -'],
    ['qwen.qwen3-32b-v1:0', 'us-east-1', '0.15 0.6 - - -'],
    ['nvidia.nemotron-nano-12b-v2', 'ap-northeast-1', '0.24 0.73 - - -'],
    ['zai.glm-5', 'ap-northeast-1', '1.2 3.84 - - -'],
    ['us.anthropic.claude-opus-4-8', 'us-east-1', '5.5 27.5 0.55 6.875 11'],
    ['anthropic.claude-opus-4-8', 'us-east-1', '5.5 27.5 0.55 6.875 11'],
    ['global.anthropic.claude-opus-4-8', 'us-east-1', '5 25 0.5 6.25 10'],
    ['us.anthropic.claude-opus-4-20250514-v1:0', 'us-east-1', '15 75 1.5 18.75 30'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us-east-1', '3.3 16.5 0.33 4.125 6.6'],
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us-east-1', '3 15 0.3 3.75 6'],
  ])('%s in %s', (modelId, region, expected) => {
    const rate = answer(modelId, region);
    expect([ratesOf(rate), rate?.source]).toEqual([expected, 'price list']);
  });

  it('say where they are from and since when they hold', () => {
    expect(answer('apac.amazon.nova-pro-v1:0', 'ap-northeast-1')).toMatchObject({
      origin: {
        title: 'AWS Price List, AmazonBedrock in ap-northeast-1',
        url: 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonBedrock/current/ap-northeast-1/index.json',
        version: '2026-09-11T12:44:08Z',
      },
      effectiveFrom: '2026-08-01',
      notes: [],
    });
  });

  it('have tiers of their own', () => {
    expect(ratesOf(answer('qwen.qwen3-32b-v1:0', 'us-east-1', { tier: 'standard' }))).toBe('0.15 0.6 - - -');
    expect(ratesOf(answer('qwen.qwen3-32b-v1:0', 'us-east-1', { tier: 'flex' }))).toBe('0.075 0.3 - - -');
    expect(ratesOf(answer('qwen.qwen3-32b-v1:0', 'us-east-1', { tier: 'priority' }))).toBe('0.2625 1.05 - - -');
    const latency = answer('us.meta.llama3-1-70b-instruct-v1:0', 'us-east-1', { tier: 'latency-optimized' });
    expect([ratesOf(latency), latency?.source]).toEqual(['0.9 0.9 - - -', 'price list']);
    expect(answer('qwen.qwen3-32b-v1:0', 'us-east-1', { tier: 'something-new' })).toBeUndefined();
  });

  it('leave a model to our own table where they lack a class of tokens that it has', () => {
    // No cache rows through `global.`, and none for batch.
    expect(answer('global.amazon.nova-2-lite-v1:0', 'ap-northeast-1')).toBeUndefined();
    expect(answer('amazon.nova-pro-v1:0', 'us-east-1', { tier: 'batch' })).toBeUndefined();
    expect(answer('anthropic.claude-3-haiku-20240307-v1:0')).toBeUndefined();
    expect(
      ratesOf(composePrices(undefined, { source, notes: [] }).rate(keyOf('anthropic.claude-3-haiku-20240307-v1:0'))),
    ).toBe('0.25 1.25 - - -');
  });

  it('hold from their day on: before, our own table is asked', () => {
    const on = (day: string) => answer('amazon.nova-pro-v1:0', 'ap-northeast-1', { ratesFrom: Date.parse(day) });
    expect(on('2026-07-31')).toBeUndefined();
    expect(on('2026-08-01')?.source).toBe('price list');
    expect(source.changes).toEqual([Date.parse('2026-07-01'), Date.parse('2026-08-01')]);
  });

  it('derive missing cache writes by rule and say so', () => {
    const opus = answer('us.anthropic.claude-opus-4-20250514-v1:0');
    expect(opus?.doubts).toEqual([
      {
        code: 'derived_rate',
        text: "AWS's list has no rate of cache write tokens, 1 hour; it is by AWS's rule, from the input.",
        classes: ['cacheWrite1h'],
      },
    ]);
    expect(answer('us.anthropic.claude-opus-4-8')?.doubts).toEqual([]);
    const tokyo = answer('jp.anthropic.claude-sonnet-4-5-20250929-v1:0', 'ap-northeast-1');
    expect([ratesOf(tokyo), tokyo?.doubts.map(({ classes }) => classes)]).toEqual([
      '3.3 16.5 0.33 4.125 6.6',
      [['cacheWrite5m']],
    ]);
  });

  it('have a long context where our own table knows its limit, or where it costs no more', () => {
    const astra = (contextBand: number) => ratesOf(answer('us.openai.gpt-6-astra', 'us-east-1', { contextBand }));
    expect([astra(256_000), astra(272_000)]).toEqual(['11 55 1.1 13.75 -', '22 82.5 2.2 27.5 -']);
    const sonnet = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(ratesOf(answer(sonnet, 'us-east-1', { contextBand: 200_000 }))).toBe('3.3 16.5 0.33 4.125 6.6');
    const unlimited: PriceSource = { rate: () => undefined, changes: [], models: [] };
    const alone = createPriceListSource({ offers: ALL }, unlimited);
    expect(alone.rate(keyOf('us.openai.gpt-6-astra'))?.source).toBe('price list');
    expect(alone.rate(keyOf('us.openai.gpt-6-astra', 'us-east-1', { contextBand: 100_000 }))).toBeUndefined();
    expect(alone.rate(keyOf(sonnet, 'us-east-1', { contextBand: 200_000 }))?.source).toBe('price list');
  });

  it('do not answer for another region, an unresolved routing, or a model it does not list', () => {
    expect(answer('amazon.nova-pro-v1:0', 'af-south-1')).toBeUndefined();
    expect(answer('amazon.nova-pro-v1:0', 'us-east-1', { scope: 'unknown' })).toBeUndefined();
    expect(answer('anthropic.claude-opus-4-80')).toBeUndefined();
    expect(answer('anthropic.claude-opus')).toBeUndefined();
  });

  it('take the endpoint that is logged, and another only for want of it', () => {
    const next = answer('qwen.qwen3-next-80b-a3b', 'ap-south-1');
    expect([ratesOf(next), next?.remark]).toEqual(['0.18 1.41 - - -', undefined]);
    const deepseek = answer('deepseek.v3.2');
    expect([ratesOf(deepseek), deepseek?.remark]).toEqual([
      '0.62 1.85 - - -',
      'The list has this model for the bedrock-mantle endpoint only.',
    ]);
  });

  it('give way to what our own table knows of a later day than the list is of', () => {
    const later: PriceSource = {
      ...OWN_PRICES,
      rate: (key) => ({ ...(OWN_PRICES.rate(key) as Rate), effectiveFrom: '2026-09-12' }),
    };
    expect(createPriceListSource({ offers: ALL }, later).rate(keyOf('amazon.nova-pro-v1:0'))).toBeUndefined();
  });
});

describe('a list that contradicts itself', () => {
  const twice = (usd: string): Row[] => [
    ['USE1-NovaPro-input-tokens', { model: 'Nova Pro' }, '1K tokens', '0.0008000000', 'invented'],
    ['USE1-NovaPro-input-token-count', { model: 'Nova Pro' }, '1K tokens', usd, 'invented'],
    ['USE1-NovaPro-output-tokens', { model: 'Nova Pro' }, '1K tokens', '0.0032000000', 'invented'],
  ];

  it('is used for neither price, and names them', () => {
    const { rates, contradictions } = rateSheet([readRows(twice('0.0009000000'))]);
    expect(rates.map(({ token }) => token)).toEqual(['output']);
    expect(contradictions).toEqual([
      'amazon.nova-pro-v1 in us-east-1, input tokens, standard tier: 0.8 or 0.9 USD per million',
    ]);
  });

  it('is one price when both agree', () => {
    expect(rateSheet([readRows(twice('0.0008000000'))]).contradictions).toEqual([]);
  });

  it('is seen across the two offers, too', () => {
    const haiku = (usd: string) =>
      read('AmazonBedrockFoundationModels', 'us-east-1', {
        rows: [
          [
            'USE1-MP:USE1_InputTokenCount-Units',
            { servicename: 'Claude 3 Haiku (Amazon Bedrock Edition)' },
            '1M tokens',
            usd,
            'invented',
          ],
        ],
      });
    const bedrock = read('AmazonBedrock', 'us-east-1');
    expect(rateSheet([bedrock, haiku('0.25')]).contradictions).toEqual([]);
    expect(rateSheet([bedrock, haiku('0.30')]).contradictions).toEqual([
      'anthropic.claude-3-haiku in us-east-1, input tokens, standard tier: 0.25 or 0.3 USD per million',
    ]);
  });

  it('as the marketplace offer of GPT-5.6 Terra does, leaves the model to our own table', () => {
    const { contradictions, unmapped } = {
      ...rateSheet(ALL.filter(({ region }) => region === 'us-east-1')),
      ...read('AmazonBedrockFoundationModels', 'us-east-1'),
    };
    expect(contradictions).toEqual([
      'openai.gpt-5.6-terra in us-east-1, cache read tokens, global, standard tier: 0.2 or 0.25 USD per million',
    ]);
    expect(unmapped).toEqual([
      'unknown usage type: 1, such as USE1-MP:USE1_cache_writes_tokens_global_standard-Units in us-east-1',
    ]);
    expect(composePrices(undefined, { source, notes: [] }).rate(keyOf('global.openai.gpt-5.6-terra'))?.source).toBe(
      'own table',
    );
  });
});

describe('a list that is read again', () => {
  const titan = (usd: string): Row[] => [
    ['USE1-TitanEmbeddingV2-Text-input-tokens', { titanModel: 'x' }, '1K tokens', usd, 'invented'],
  ];
  const august = readRows(titan('0.0000200000'), { effective: '2026-08-01' });
  const titanOn = (offer: FetchedOffer, day: string) =>
    ratesOf(
      createPriceListSource({ offers: [offer] }, OWN_PRICES).rate(
        keyOf('amazon.titan-embed-text-v2:0', 'us-east-1', { ratesFrom: Date.parse(day) }),
      ),
    );

  it('keeps a former price for its days', () => {
    const next = withHistory(readRows(titan('0.0000300000'), { effective: '2026-10-01' }), august);
    const read = { ...august, ...next };
    expect(['2026-07-31', '2026-08-01', '2026-09-30', '2026-10-01'].map((day) => titanOn(read, day))).toEqual([
      '- - - - -',
      '0.02 - - - -',
      '0.02 - - - -',
      '0.03 - - - -',
    ]);
    expect(rateSheet([read]).contradictions).toEqual([]);
  });

  it('lets a price that did not change begin when it began', () => {
    const next = withHistory(readRows(titan('0.0000200000'), { effective: '2026-10-01' }), august);
    expect(next.rates).toEqual(august.rates);
  });

  it('gives a price that is listed twice its history once, and none where it had contradicted itself', () => {
    const again = (usd: string): Row[] => [
      ...titan(usd),
      ['USE1-TitanEmbeddingV2-Text-input-token-count', {}, '1K tokens', '0.0000200000', 'invented'],
    ];
    const agreed = readRows(again('0.0000200000'), { effective: '2026-08-01' });
    const contradicted = readRows(again('0.0000900000'), { effective: '2026-08-01' });
    const days = (former: FetchedOffer) =>
      withHistory(readRows(again('0.0000200000'), { effective: '2026-10-01' }), former).rates.map(
        ({ from, until, usd }) => [from, until, usd],
      );
    const october = ['2026-10-01', undefined, '0.02'];
    expect(days(agreed)).toEqual([['2026-08-01', undefined, '0.02'], october]);
    expect(days(contradicted)).toEqual([october, october]);
  });

  it('forgets what is listed no longer', () => {
    expect(withHistory(readRows([]), august).rates).toEqual([]);
  });

  it('puts two announced prices one after the other', () => {
    const file = offerFile('AmazonBedrock', 'us-east-1', { rows: titan('0.0000200000'), effective: '2026-08-01' });
    const later = offerFile('AmazonBedrock', 'us-east-1', { rows: titan('0.0000300000'), effective: '2026-12-01' });
    const [sku] = Object.keys(file.products) as [string];
    const [terms, more] = [file.terms.OnDemand[sku], Object.values(later.terms.OnDemand)[0]];
    const both = { ...file, terms: { OnDemand: { [sku]: { ...terms, ...more } } } };
    const offer = { ...august, ...mapOffer(offerFromFile(JSON.stringify(both), 'AmazonBedrock', 'us-east-1')) };
    expect([titanOn(offer, '2026-11-30'), titanOn(offer, '2026-12-01')]).toEqual(['0.02 - - - -', '0.03 - - - -']);
  });
});

describe('the price book with the list', () => {
  const overrides = overridesFromText(
    'prices: [{ model: zai.glm-5, input: 9 }]\ndiscounts: [{ percent: 50, provider: amazon }]',
    'p.yaml',
  );
  const book = composePrices(overrides, { source, notes: [] });

  it('asks overrides first, then the list, then our own table', () => {
    const sources = ['zai.glm-5', 'nvidia.nemotron-nano-12b-v2', 'minimax.minimax-m2', 'amazon.nova-sonic-v1:0'].map(
      (model) => book.rate(keyOf(model, 'ap-northeast-1'))?.source,
    );
    expect(sources).toEqual(['overrides', 'price list', 'own table', undefined]);
  });

  it('discounts it', () => {
    const rate = book.rate(keyOf('amazon.nova-pro-v1:0', 'ap-northeast-1'));
    expect([ratesOf(rate), rate?.source, rate?.notes]).toEqual([
      '0.48 1.92 0.12 0 -',
      'price list',
      ['List prices less 50 % by your overrides file.'],
    ]);
  });

  it('says where our own table differs', () => {
    const dearer: PriceSource = {
      ...OWN_PRICES,
      rate: (key) => {
        const rate = OWN_PRICES.rate(key);
        return rate && { ...rate, rates: scaleRates(rate.rates, usdFromText('2')) };
      },
    };
    expect(createPriceListSource({ offers: ALL }, dearer).rate(keyOf('zai.glm-5', 'ap-northeast-1'))?.remark).toBe(
      'Our own table says otherwise: input 2.4, output 7.68.',
    );
  });

  it('agrees with our own table in all that it has', () => {
    const differences: string[] = [];
    for (const { region, rates } of ALL) {
      const asked = new Set(rates.map(({ model, global, tier }) => JSON.stringify({ model, global, tier })));
      for (const text of asked) {
        const { model, global, tier } = JSON.parse(text);
        const key: PriceKey = { ...keyOf(model, region, { tier }), scope: global ? 'global' : 'geo' };
        const [listed, own] = [source.rate(key), OWN_PRICES.rate(key)];
        if (!listed || !own) continue;
        const names = Object.keys(listed.rates) as (keyof Rate['rates'])[];
        for (const name of names) {
          const [theirs, ours] = [listed.rates[name], own.rates[name]];
          if (theirs && ours && !theirs.eq(ours))
            differences.push(`${model} ${region} ${tier} ${name} ${textFromUsd(theirs)}, own ${textFromUsd(ours)}`);
        }
      }
    }
    expect(differences.sort()).toEqual([]);
  });
});
