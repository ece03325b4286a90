import { describe, expect, it } from 'vitest';
import { usageRowOf } from '../../test/helpers/usage-rows.ts';
import { textFromUsd } from '../domain/money.ts';
import type { UnpricedReason } from '../domain/unpriced.ts';
import { byClass, type UsageClass } from '../domain/usage-class.ts';
import { SHAPE_BITS, shapeFrom } from '../domain/usage-shape.ts';
import { modelIdentity } from '../logs/model-id.ts';
import { composePrices } from './index.ts';
import { overridesFromText } from './overrides.ts';
import { priced } from './priced.ts';

const OCTOBER = Date.parse('2026-10-15T00:00:00Z');
const BOOK = composePrices();

interface Called extends Partial<Record<UsageClass, number>> {
  /** Counts that no record states. */
  without?: ('input' | 'output')[];
  ended?: boolean;
  tier?: string;
}

function pricedCall(modelId: string, { without = [], ended = false, tier, ...used }: Called, book = BOOK) {
  const { model, scope } = modelIdentity(modelId);
  const counts = { ...byClass(() => 0), ...used };
  const stated = { input: !without.includes('input'), output: !without.includes('output') };
  const priceKey = { model, scope, region: 'us-east-1', tier, contextBand: 0, ratesFrom: OCTOBER };
  const { cost, lacking, reason } = priced({ priceKey, counts, shape: shapeFrom({ counts, stated, ended }) }, book);
  return { cost: textFromUsd(cost), lacking, reason };
}

describe('a call is priced class by class', () => {
  it('with all that is known', () => {
    expect(pricedCall('amazon.nova-pro-v1:0', { input: 10_000, output: 1_000, cacheWrite1h: 5 })).toEqual({
      cost: '0.0112',
      lacking: ['cacheWrite1h'],
      reason: 'no_rate',
    });
  });

  it('as nothing, where nothing was used', () => {
    expect(pricedCall('acme.unheard-of', {})).toEqual({ cost: '0', lacking: [], reason: undefined });
  });

  it.each<[what: string, model: string, called: Called, reason: UnpricedReason | undefined]>([
    ['a model nobody lists', 'acme.unheard-of', { input: 1 }, 'no_price'],
    ['a tier that the model is not offered in', 'anthropic.claude-sonnet-4-6', { input: 1, tier: 'flex' }, 'no_price'],
    ['a text model without counts', 'anthropic.claude-sonnet-4-6', { without: ['input', 'output'] }, 'no_counts'],
    [
      'a text model with an answer alone',
      'meta.llama3-3-70b-instruct-v1:0',
      { output: 7, without: ['input'] },
      'no_input_count',
    ],
    ['a text model with a prompt alone', 'amazon.nova-lite-v1:0', { input: 7, without: ['output'] }, 'no_output_count'],
    ['a failed call', 'anthropic.claude-sonnet-4-6', { without: ['input', 'output'], ended: true }, undefined],
    ['a failed call to a reranker', 'cohere.rerank-v3-5:0', { without: ['input', 'output'], ended: true }, undefined],
    ['a failed call to a reranker that counts its nothing', 'cohere.rerank-v3-5:0', { ended: true }, undefined],
    [
      'a call that failed halfway',
      'amazon.nova-lite-v1:0',
      { input: 7, without: ['output'], ended: true },
      'no_output_count',
    ],
    [
      'an embedding, which has no answer to count',
      'amazon.titan-embed-text-v2:0',
      { input: 9, without: ['output'] },
      undefined,
    ],
    ['an embedding without counts', 'amazon.titan-embed-text-v2:0', { without: ['input', 'output'] }, 'no_counts'],
    ['an embedded image', 'amazon.titan-embed-image-v1', { without: ['output'] }, 'billed_by_image'],
    ['an embedded text of the same model', 'amazon.titan-embed-image-v1', { input: 9, without: ['output'] }, undefined],
    ['an embedded image', 'cohere.embed-v4:0', {}, 'billed_by_image'],
    ['a reranker', 'amazon.rerank-v1:0', { without: ['input', 'output'] }, 'billed_by_query'],
    ['a reranker whose record counts tokens', 'cohere.rerank-v3-5:0', { input: 40 }, 'billed_by_query'],
    ['a picture', 'stability.stable-image-core-v1:1', {}, 'billed_by_image'],
    ['a picture', 'us.stability.stable-image-inpaint-v1:0', {}, 'billed_by_image'],
    ['a picture', 'amazon.nova-canvas-v1:0', {}, 'billed_by_image'],
    ['a picture', 'amazon.titan-image-generator-v2:0', { without: ['input', 'output'] }, 'billed_by_image'],
    ['a video', 'amazon.nova-reel-v1:1', {}, 'billed_by_second'],
    ['a video', 'luma.ray-v2:0', {}, 'billed_by_second'],
    ['an embedded video', 'us.twelvelabs.marengo-embed-2-7-v1:0', {}, 'billed_by_second'],
    ['a video that is read', 'twelvelabs.pegasus-1-2-v1:0', { output: 9 }, 'billed_by_second'],
    ['speech', 'amazon.nova-sonic-v1:0', { input: 100, output: 100 }, 'billed_by_speech'],
    ['speech', 'amazon.nova-2-sonic-v1:0', { input: 100, output: 100 }, 'billed_by_speech'],
    ['a text model whose name only looks like one', 'amazon.nova-2-lite-v1:0', { input: 1, output: 1 }, undefined],
    ['a profile that nobody resolved', 'application-inference-profile/k3v9', { input: 1 }, 'no_price'],
    [
      'a profile that nobody resolved, without counts',
      'application-inference-profile/k3v9',
      { without: ['input', 'output'] },
      'no_counts',
    ],
  ])('or says why not: %s, %s', (_, model, called, reason) => {
    expect(pricedCall(model, called).reason).toBe(reason);
  });

  it.each([
    ['anthropic.claude-sonnet-4-6', 'not_read'],
    ['acme.unheard-of', 'not_read'],
    ['amazon.nova-canvas-v1:0', 'billed_by_image'],
  ])('or that its records state more than could be read: %s', (modelId, reason) => {
    const counts = { ...byClass(() => 0), input: 1_000_000 };
    const shape = shapeFrom({ counts, stated: { input: true, output: true }, ended: false }) | SHAPE_BITS.unread;
    expect(priced({ priceKey: usageKey(modelIdentity(modelId).model), counts, shape }, BOOK).reason).toBe(reason);
  });

  it('by an operator’s own rate, whatever the model is billed by elsewhere', () => {
    const overrides = overridesFromText('prices: [{ model: cohere.rerank-v3-5, input: 2 }]', 'mine.yaml');
    const called = pricedCall('cohere.rerank-v3-5:0', { input: 1_000_000 }, composePrices(overrides));
    expect(called).toEqual({ cost: '2', lacking: [], reason: undefined });
  });
});

describe('an overrides file with two rates', () => {
  const bookOf = (model: string) =>
    composePrices(overridesFromText(`prices: [{ model: ${model}, input: 4, output: 20 }]`, 'mine.yaml'));
  const cached = { cacheRead: 1_000_000, cacheWrite5m: 1_000_000 };

  it.each([
    // 0.1 and 1.25 of 4.
    ['anthropic.claude-sonnet-4-6', '5.4'],
    // Reads of this one cost 0.05 of the input, as our own table has it.
    ['anthropic.claude-opus-5-5', '5.2'],
    // Nobody lists it: the rule of its family.
    ['anthropic.claude-opus-9', '5.4'],
    // 0.25, and writes are free.
    ['amazon.nova-pro-v1:0', '1'],
    ['amazon.nova-9-pro-v1:0', '1'],
    ['openai.gpt-5.6-sol', '5.4'],
  ])('keeps AWS’s cache rules for %s', (model, cost) => {
    expect(pricedCall(model, cached, bookOf(model))).toEqual({ cost, lacking: [], reason: undefined });
  });

  it('says that these rates are not its own', () => {
    const rate = bookOf('amazon.nova-pro-v1:0').rate(usageKey('amazon.nova-pro-v1:0'));
    expect(rate?.doubts).toEqual([
      {
        code: 'derived_rate',
        text: "mine.yaml gives no such rates of the cache; by AWS's rules they are the input's, times cacheRead 0.25, cacheWrite5m 0.",
        classes: ['cacheRead', 'cacheWrite5m'],
      },
    ]);
  });

  it('leaves a class that the rules do not name without a rate', () => {
    expect(
      pricedCall('amazon.nova-pro-v1:0', { input: 1_000_000, cacheWrite1h: 5 }, bookOf('amazon.nova-pro-v1:0')),
    ).toEqual({ cost: '4', lacking: ['cacheWrite1h'], reason: 'no_rate' });
    expect(pricedCall('acme.tickets', cached, bookOf('acme.tickets'))).toEqual({
      cost: '0',
      lacking: ['cacheRead', 'cacheWrite5m'],
      reason: 'no_rate',
    });
    // Our own table knows that this one has no cache.
    expect(pricedCall('anthropic.claude-3-opus-20240229-v1:0', cached, bookOf('anthropic.claude-3-opus')).reason).toBe(
      'no_rate',
    );
  });

  it('keeps a rate of its own', () => {
    const text = 'prices: [{ model: anthropic.claude-sonnet-4-6, input: 4, output: 20, cacheRead: 1 }]';
    const book = composePrices(overridesFromText(text, 'mine.yaml'));
    expect(pricedCall('anthropic.claude-sonnet-4-6', cached, book).cost).toBe('6');
  });
});

function usageKey(model: string) {
  const { priceKey } = usageRowOf({
    priceKey: { model, scope: 'in-region', region: 'us-east-1', tier: undefined, contextBand: 0, ratesFrom: OCTOBER },
  });
  return priceKey;
}
