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
