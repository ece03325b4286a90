import { describe, expect, it } from 'vitest';
import { priceKeyFromModel } from '../model-key.ts';
import { OWN_PRICES } from '../own.ts';
import { idFromFamilyName, wordsOfName } from './family-names.ts';
import { IRREGULAR_NAMES, modelFromName, modelsFromName } from './names.ts';

describe('names of models on bills', () => {
  it.each([
    ['Claude4.6Sonnet', 'anthropic.claude-sonnet-4-6'],
    ['Claude4Opus', 'anthropic.claude-opus-4'],
    ['Claude Opus 4.8', 'anthropic.claude-opus-4-8'],
    ['Claude Haiku 5.5', 'anthropic.claude-haiku-5-5'],
    ['Claude3-5Haiku', 'anthropic.claude-3-5-haiku'],
    ['Claude 3.7 Sonnet', 'anthropic.claude-3-7-sonnet'],
    ['Claude3Sonnet', 'anthropic.claude-3-sonnet'],
    ['anthropic.claude-opus-4-8', 'anthropic.claude-opus-4-8'],
    ['openai.gpt-oss-120b', 'openai.gpt-oss-120b-1'],
    ['gpt-oss-120b', 'openai.gpt-oss-120b-1'],
    ['NovaLite', 'amazon.nova-lite-v1'],
    ['Nova2.0Lite', 'amazon.nova-2-lite-v1'],
    ['Llama3-3-70B', 'meta.llama3-3-70b-instruct-v1'],
    ['TitanEmbeddingV2-Text', 'amazon.titan-embed-text-v2'],
  ])('%s is %s', (stem, model) => {
    expect(modelFromName(stem)).toBe(model);
  });

  it.each(['Claude', 'Claude Sonnet', 'Claude4.6SonnetMini', 'NovaLite2', 'Orion1', 'Claude 4 Sonnet 4.5', ''])(
    'does not guess %j',
    (stem) => {
      expect(modelFromName(stem)).toBeUndefined();
    },
  );
});

describe('names of families, new models included', () => {
  it.each([
    ['Claude Opus 9', 'anthropic.claude-opus-9'],
    ['Claude Zephyr 6.1', 'anthropic.claude-zephyr-6-1'],
    ['Claude6.1Zephyr', 'anthropic.claude-zephyr-6-1'],
    ['Nova 3.0 Pro', 'amazon.nova-3-pro-v1'],
    ['Nova2.5Lite', 'amazon.nova-2-5-lite-v1'],
    ['Llama 5 Voyager 30B', 'meta.llama5-voyager-30b-instruct-v1'],
    ['Llama5-1-12B', 'meta.llama5-1-12b-instruct-v1'],
    ['OpenAI GPT-7 Luna', 'openai.gpt-7-luna'],
    ['GPT-7.2', 'openai.gpt-7.2'],
    ['Grok 5', 'xai.grok-5'],
    ['GLM 6 Flash', 'zai.glm-6-flash'],
    ['Kimi K4.1', 'moonshotai.kimi-k4.1'],
    ['MiniMax M4', 'minimax.minimax-m4'],
    ['DeepSeek V5', 'deepseek.v5'],
    ['Palmyra X9', 'writer.palmyra-x9-v1'],
    ['Qwen9 40B A4B', 'qwen.qwen9-40b-a4b'],
    ['acme.orion-1', 'acme.orion-1'],
    ['acme.orion', 'acme.orion'],
  ])('%s is %s', (name, model) => {
    expect(modelsFromName(name)).toEqual([model]);
    expect(priceKeyFromModel(model)).toBe(model);
  });

  it.each([
    'Claude Opus 9 Turbo',
    'Claude Opus (9)!',
    'Claude 9',
    'Nova',
    'Llama 5',
    'GPT',
    'Acme Orion 1',
    'ACME.ORION-1',
    'acme.orion 1',
    'Orion',
    'Kimi',
    'Qwen',
  ])('%s is read by no rule', (name) => {
    expect(modelsFromName(name)).toBeUndefined();
  });
});

describe('the table of irregular names', () => {
  it('has every name once, however it is written', () => {
    const names = Object.keys(IRREGULAR_NAMES).map(wordsOfName);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has none that the rule of its family reads', () => {
    const regular = Object.entries(IRREGULAR_NAMES).filter(
      ([name, ids]) => ids.length === 1 && idFromFamilyName(name) === ids[0],
    );
    expect(regular).toEqual([]);
  });

  it('has ids that prices are looked up by, and that our own table knows or that are billed by something else', () => {
    const ids = [...new Set(Object.values(IRREGULAR_NAMES).flat())];
    expect(ids.filter((id) => priceKeyFromModel(id) !== id)).toEqual([]);
    expect(ids.filter((id) => !OWN_PRICES.models.includes(id))).toEqual(['amazon.nova-2-sonic-v1']);
  });
});
