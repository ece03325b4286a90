import { priceKeyFromModel } from '../../prices/model-key.ts';
import { isEmbedding } from '../../prices/model-kinds.ts';
import type { Change } from './assumptions.ts';

/**
 * Models that people move to, by provider: the newest of each size, as of 2026-11-22. What is retired, in preview or for one special
 * task is left out.
 */
export const CURRENT_MODELS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['anthropic.claude-opus-5-5', 'anthropic.claude-sonnet-5-5', 'anthropic.claude-haiku-5-5'],
  amazon: ['amazon.nova-pro-v1:0', 'amazon.nova-2-lite-v1:0', 'amazon.nova-lite-v1:0', 'amazon.nova-micro-v1:0'],
  openai: ['openai.gpt-6-sol', 'openai.gpt-6-luna', 'openai.gpt-oss-120b-1:0', 'openai.gpt-oss-20b-1:0'],
  meta: [
    'meta.llama4-maverick-17b-instruct-v1:0',
    'meta.llama4-scout-17b-instruct-v1:0',
    'meta.llama3-3-70b-instruct-v1:0',
    'meta.llama3-1-8b-instruct-v1:0',
  ],
  mistral: [
    'mistral.mistral-large-3-675b-instruct',
    'mistral.ministral-3-14b-instruct',
    'mistral.ministral-3-8b-instruct',
  ],
  qwen: ['qwen.qwen3-235b-a22b-2507-v1:0', 'qwen.qwen3-next-80b-a3b', 'qwen.qwen3-32b-v1:0'],
  cohere: ['cohere.command-r-plus-v1:0', 'cohere.command-r-v1:0'],
  zai: ['zai.glm-5', 'zai.glm-4.7-flash'],
};

export interface Alternative {
  /** How the row is called. */
  name: string;
  change: Change;
}

/** What usage of a model could be changed to: another routing or tier of the same model, or another model of the same provider. */
export function alternativesFor(model: string): Alternative[] {
  const provider = model.slice(0, model.indexOf('.'));
  const others = isEmbedding(model) ? [] : (CURRENT_MODELS[provider] ?? []);
  return [
    { name: 'same model, routed global', change: { routing: 'global' } },
    { name: 'same model, batch tier', change: { tier: 'batch' } },
    { name: 'same model, flex tier', change: { tier: 'flex' } },
    ...others
      .filter((other) => priceKeyFromModel(other) !== priceKeyFromModel(model))
      .map((other) => ({ name: other, change: { model: other } })),
  ];
}
