import { describe, expect, it } from 'vitest';
import { modelIdentity } from '../logs/model-id.ts';
import { composePrices } from './index.ts';

const NOVEMBER = Date.parse('2026-11-25T00:00:00Z');

const book = composePrices();

const priceOf = (modelId: string) => {
  const { model, scope } = modelIdentity(modelId);
  return book.rate({ model, scope, region: 'us-east-1', tier: undefined, contextBand: 0, ratesFrom: NOVEMBER });
};

/** Ids that look like a known one and are another model, or none. Each takes nobody's price. */
const NEAR_MISSES: Readonly<Record<string, readonly string[]>> = {
  'other versions of a known family': [
    'anthropic.claude-opus-4-80',
    'anthropic.claude-opus-4-9',
    'anthropic.claude-opus-6',
    'anthropic.claude-sonnet-5-6',
    'anthropic.claude-sonnet-50',
    'anthropic.claude-haiku-5',
    'anthropic.claude-haiku-4',
    'anthropic.claude-fable-5-3',
    'anthropic.claude-fable-50-2',
    'anthropic.claude-3-6-sonnet',
    'anthropic.claude-3-7-sonnet-5',
    'amazon.nova-pro-v2:0',
    'amazon.nova-pro-v10:0',
    'amazon.nova-3-lite-v1:0',
    'amazon.nova-2-micro-v1:0',
    'amazon.nova-2-pro-v1:0',
    'amazon.titan-embed-text-v3:0',
    'meta.llama3-4-70b-instruct-v1:0',
    'meta.llama3-3-70b-instruct-v2:0',
    'meta.llama3-3-7b-instruct-v1:0',
    'meta.llama5-70b-instruct-v1:0',
    'mistral.mistral-large-2411-v1:0',
    'mistral.mistral-large-4-675b-instruct',
    'mistral.ministral-3-14b-instruct-v2:0',
    'deepseek.v3.3',
    'deepseek.v4',
    'deepseek.r2-v1:0',
    'qwen.qwen3-33b-v1:0',
    'qwen.qwen4-32b-v1:0',
    'qwen.qwen3-32b-v2:0',
    'openai.gpt-5',
    'openai.gpt-5.7-sol',
    'openai.gpt-6',
    'openai.gpt-6.1',
    'openai.gpt-6.3-sol',
    'openai.gpt-6.20-sol',
    'openai.gpt-oss-21b-1:0',
    'openai.gpt-oss-120b-2:0',
    'moonshotai.kimi-k3.2',
    'moonshotai.kimi-k31',
    'moonshotai.kimi-k2',
    'zai.glm-5.4',
    'zai.glm-53',
    'minimax.minimax-m3',
    'xai.grok-4.70',
    'xai.grok-5',
    'google.gemma-5-31b',
    'cohere.embed-v5:0',
  ],
  'a word more, or less': [
    'anthropic.claude',
    'anthropic.claude-opus',
    'anthropic.claude-sonnet-4-6-fast',
    'anthropic.claude-opus-5-5-preview',
    'anthropic.claude-fable-5-2-mini',
    'amazon.nova',
    'amazon.nova-pro-max-v1:0',
    'amazon.titan-embed-text',
    'openai.gpt-6.2',
    'openai.gpt-6.2-sol-pro',
    'openai.gpt-6.1-terra-mini',
    'moonshotai.kimi-k3.1-pro',
    'zai.glm-5.3-flash',
    'zai.glm',
    'meta.llama3-3-70b',
    'cohere.command',
  ],
  'another provider, or none': [
    'anthropic.nova-pro-v1:0',
    'amazon.claude-opus-4-8',
    'claude-opus-4-8',
    'openai.claude-opus-4-8',
    'acme.claude-opus-4-8',
    'zai.kimi-k3.1',
    'gpt-6.2-sol',
  ],
  'dates that are none': [
    'anthropic.claude-opus-4-8-2026',
    'anthropic.claude-opus-4-8-202608201',
    'anthropic.claude-sonnet-5-2026-08-20',
    'amazon.nova-pro-20251202-v1:0',
    'openai.gpt-6.2-sol-20261117',
    'zai.glm-5.3-20261005-v1:0',
    'anthropic.claude-opus-4-8-20261301-v1:0',
    'anthropic.claude-opus-4-8-20260230-v1:0',
    'anthropic.claude-opus-4-8-20260100',
    'anthropic.claude-sonnet-4-5-20221231-v1:0',
    'anthropic.claude-sonnet-4-5-20261121-v1:0',
    'anthropic.claude-sonnet-4-5-20990101-v1:0',
    'us.anthropic.claude-sonnet-4-5-20990101',
  ],
  'versions that are none': [
    'anthropic.claude-opus-4-8-20260820-v9:7',
    'anthropic.claude-opus-4-8-v2:0',
    'anthropic.claude-opus-4-8-v0:0',
    'anthropic.claude-opus-4-8-v1:1',
    'anthropic.claude-opus-4-8-v1-v1',
    'anthropic.claude-opus-4-8:0',
    'anthropic.claude-3-5-sonnet-20240620-v3:0',
    'anthropic.claude-3-5-sonnet-20240620-v2:0',
    'anthropic.claude-3-5-sonnet-v2:0',
    'anthropic.claude-3-5-haiku-20241022-v2:0',
    'anthropic.claude-v2:9',
    'anthropic.claude-v3',
    'anthropic.claude-v2:2:100k',
    'anthropic.claude-instant-v1:5',
    'anthropic.claude-instant-v2',
    'qwen.qwen3-32b-v1-v1:0',
    'qwen.qwen3-vl-235b-a22b-v2:0',
  ],
  'upper case and spaces': [
    'Anthropic.Claude-Opus-4-8',
    'anthropic.claude-Opus-4-8',
    'ANTHROPIC.CLAUDE-FABLE-5-2',
    'anthropic.claude opus 4-8',
    ' anthropic.claude-opus-4-8',
    'anthropic.claude-opus-4-8 ',
    'openai.GPT-6.2-sol',
    'OPENAI.GPT-6.1-TERRA',
    'moonshotai.Kimi-K3.1',
    'zai.GLM-5.3',
    'Claude Opus 4.8',
    'Nova Pro',
  ],
};

describe.each(Object.entries(NEAR_MISSES))('%s', (_, ids) => {
  it.each(ids)('%j', (id) => {
    expect(priceOf(id)).toBeUndefined();
  });
});

describe('ids of all releases are known', () => {
  it.each([
    'anthropic.claude-v2',
    'anthropic.claude-v2:1',
    'anthropic.claude-v2:0:18k',
    'anthropic.claude-v2:1:200k',
    'anthropic.claude-instant-v1',
    'anthropic.claude-instant-v1:2:100k',
    'anthropic.claude-3-haiku-20240307-v1:0:48k',
    'anthropic.claude-3-haiku-20240307-v1:0:200k',
    'anthropic.claude-3-sonnet-20240229-v1:0:28k',
    'anthropic.claude-3-opus-20240229-v1:0:12k',
    'anthropic.claude-3-5-sonnet-20240620-v1:0',
    'anthropic.claude-3-5-sonnet-20241022-v2:0:51k',
    'anthropic.claude-3-5-haiku-20241022-v1:0',
    'us.anthropic.claude-3-7-sonnet-20250219-v1:0',
    'us.anthropic.claude-opus-4-20250514-v1:0',
    'us.anthropic.claude-opus-4-1-20250805-v1:0',
    'global.anthropic.claude-sonnet-4-20250514-v1:0',
    'jp.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'anthropic.claude-haiku-4-5-20251001-v1:0',
    'anthropic.claude-opus-4-5-20251101-v1:0',
    'global.anthropic.claude-opus-4-6-v1',
    'anthropic.claude-opus-4-6-v1:0',
    'anthropic.claude-sonnet-4-6',
    'anthropic.claude-mythos-preview',
  ])('%s', (id) => {
    expect(priceOf(id)?.source).toBe('own table');
  });
});

describe('ids with a version that our table has none of are known', () => {
  it.each([
    ['qwen.qwen3-vl-235b-a22b-v1:0', 'qwen.qwen3-vl-235b-a22b'],
    ['zai.glm-5-v1:0', 'zai.glm-5'],
  ])('%s costs what %s costs', (id, listed) => {
    expect(priceOf(id)?.source).toBe('own table');
    expect(priceOf(id)).toEqual(priceOf(listed));
  });
});

describe('ids without the version that AWS gives them are known', () => {
  it.each([
    ['amazon.nova-pro', 'amazon.nova-pro-v1:0'],
    ['us.amazon.nova-2-lite', 'us.amazon.nova-2-lite-v1:0'],
    ['meta.llama3-3-70b-instruct', 'meta.llama3-3-70b-instruct-v1:0'],
    ['mistral.mistral-7b-instruct', 'mistral.mistral-7b-instruct-v0:2'],
    ['qwen.qwen3-32b', 'qwen.qwen3-32b-v1:0'],
    ['openai.gpt-oss-120b', 'openai.gpt-oss-120b-1:0'],
    ['deepseek.r1', 'deepseek.r1-v1:0'],
    ['anthropic.claude-opus-4-6', 'anthropic.claude-opus-4-6-v1'],
    ['anthropic.claude-haiku-4-5', 'anthropic.claude-haiku-4-5-20251001-v1:0'],
  ])('%s costs what %s costs', (id, whole) => {
    expect(priceOf(id)?.rates).toEqual(priceOf(whole)?.rates);
    expect(priceOf(id)).toBeDefined();
  });
});
