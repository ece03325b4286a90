import { idFromFamilyName, isModelId, wordsOfName } from './family-names.ts';

/**
 * What AWS's price list and bills call a model where the rule of its family (family-names.ts) does not give its id, and the ids that
 * `priceKeyFromModel` gives for it. Kept by hand, matched whole: neither has model ids, and matching by likeness once priced Opus 4.8
 * as Opus 4. Names as published between 2026-07-27 and 2026-10-08, read from:
 * - https://github.com/aToy0m0/bedrock-pricing/blob/42777bfb4089b919a1e6a9d79ac6a89b08dc0cdf/docs/data.json (both offers)
 * - https://github.com/koyakimu/aws-bedrock-quick-reference/blob/8667c8b35624a0a01ec1990f5a776ec21337e1b6/data/price-model-map.json
 * - https://github.com/inferplane/model-comparision/blob/16734176a6748580df085dbd60054f62f3fb33b1/public/data/models.json
 */
export const IRREGULAR_NAMES: Readonly<Record<string, readonly string[]>> = {
  'Claude Mythos Preview': ['anthropic.claude-mythos-preview'],
  // One key holds both versions of 3.5 Sonnet: should their prices part, the list contradicts itself and is not used for it.
  'Claude 3.5 Sonnet v2': ['anthropic.claude-3-5-sonnet'],
  'Claude 2.0': ['anthropic.claude-v2'],
  'Claude 2.1': ['anthropic.claude-v2'],
  'Claude Instant': ['anthropic.claude-instant-v1'],

  'Nova 2.0 Pro': ['amazon.nova-2-pro-preview-20251202-v1'],
  'Nova Sonic 2.0': ['amazon.nova-2-sonic-v1'],
  'Nova MME': ['amazon.nova-2-multimodal-embeddings-v1'],
  // Without a name of their own: the billing name in the usage type.
  NovaMultiModalEmbeddings: ['amazon.nova-2-multimodal-embeddings-v1'],
  'TitanEmbeddingV2-Text': ['amazon.titan-embed-text-v2'],
  'TitanEmbeddingsG1-Text': ['amazon.titan-embed-text-v1'],
  'TitanEmbeddingsG1-Image': ['amazon.titan-embed-image-v1'],
  'TitanText-Premier': ['amazon.titan-text-premier-v1'],
  'TitanTextG1-Express': ['amazon.titan-text-express-v1'],
  'TitanTextG1-Lite': ['amazon.titan-text-lite-v1'],

  'Meta Llama 2 Chat 13B': ['meta.llama2-13b-chat-v1'],
  'Meta Llama 2 Chat 70B': ['meta.llama2-70b-chat-v1'],

  'Mistral 7B': ['mistral.mistral-7b-instruct-v0'],
  'Mixtral 8x7B': ['mistral.mixtral-8x7b-instruct-v0'],
  'Mistral Large': ['mistral.mistral-large-2402-v1'],
  'Mistral Large 2407': ['mistral.mistral-large-2407-v1'],
  'Mistral Large 3': ['mistral.mistral-large-3-675b-instruct'],
  'Mistral Small': ['mistral.mistral-small-2402-v1'],
  'Pixtral Large 25.02': ['mistral.pixtral-large-2502-v1'],
  'Ministral 3B 3.0': ['mistral.ministral-3-3b-instruct'],
  'Ministral 8B 3.0': ['mistral.ministral-3-8b-instruct'],
  'Ministral 14B 3.0': ['mistral.ministral-3-14b-instruct'],
  'Magistral Small 1.2': ['mistral.magistral-small-2509'],
  Devstral: ['mistral.devstral-2-123b'],
  'Voxtral Mini 1.0': ['mistral.voxtral-mini-3b-2507'],
  'Voxtral Small 1.0': ['mistral.voxtral-small-24b-2507'],

  R1: ['deepseek.r1-v1'],
  'DeepSeek-R1': ['deepseek.r1-v1'],
  'DeepSeek V3.1': ['deepseek.v3-v1'],
  'Qwen3 32B': ['qwen.qwen3-32b-v1'],
  'qwen.qwen3-32b': ['qwen.qwen3-32b-v1'],
  'Qwen3 235B A22B 2507': ['qwen.qwen3-235b-a22b-2507-v1'],
  'Qwen3 Coder 30B A3B': ['qwen.qwen3-coder-30b-a3b-v1'],
  'Qwen3 Coder 480B A35B': ['qwen.qwen3-coder-480b-a35b-v1'],
  'Gemma 3 4B': ['google.gemma-3-4b-it'],
  'Gemma 3 12B': ['google.gemma-3-12b-it'],
  'Gemma 3 27B': ['google.gemma-3-27b-it'],
  'gemma-3-4b-it': ['google.gemma-3-4b-it'],
  'gemma-3-12b-it': ['google.gemma-3-12b-it'],
  'gemma-3-27b-it': ['google.gemma-3-27b-it'],
  'Kimi K2 Thinking': ['moonshot.kimi-k2-thinking'],
  'NVIDIA Nemotron Nano 2': ['nvidia.nemotron-nano-9b-v2'],
  'NVIDIA Nemotron Nano 2 VL': ['nvidia.nemotron-nano-12b-v2'],
  'Nemotron Nano 3 30B': ['nvidia.nemotron-nano-3-30b'],
  'NVIDIA Nemotron 3 Super 120B A12B': ['nvidia.nemotron-super-3-120b'],
  // bedrock-runtime adds a version to the ids that bedrock-mantle uses.
  'gpt-oss-20b': ['openai.gpt-oss-20b-1', 'openai.gpt-oss-20b'],
  'gpt-oss-120b': ['openai.gpt-oss-120b-1', 'openai.gpt-oss-120b'],
  'openai.gpt-oss-20b': ['openai.gpt-oss-20b-1', 'openai.gpt-oss-20b'],
  'openai.gpt-oss-120b': ['openai.gpt-oss-120b-1', 'openai.gpt-oss-120b'],
  'GPT OSS Safeguard 20B': ['openai.gpt-oss-safeguard-20b'],
  'GPT OSS Safeguard 120B': ['openai.gpt-oss-safeguard-120b'],
  'Writer Palmyra Vision 7B': ['writer.palmyra-vision-7b'],

  'Cohere Command R': ['cohere.command-r-v1'],
  'Cohere Command R+': ['cohere.command-r-plus-v1'],
  'Cohere Generate Model - Command-Light': ['cohere.command-light-text-v14'],
  'Cohere Embed 3 Model - English': ['cohere.embed-english-v3'],
  'Cohere Embed Model 3 - Multilingual': ['cohere.embed-multilingual-v3'],
  'Cohere Embed 4 Model': ['cohere.embed-v4'],
  'Jamba-Instruct': ['ai21.jamba-instruct-v1'],
  'Jamba 1.5 Large': ['ai21.jamba-1-5-large-v1'],
  'Jamba 1.5 Mini': ['ai21.jamba-1-5-mini-v1'],
  'Jurassic-2 Mid': ['ai21.j2-mid-v1'],
  'Jurassic-2 Ultra': ['ai21.j2-ultra-v1'],

  // Known, and left to the other sources. Video is billed by the second beside the tokens:
  'TwelveLabs Pegasus 1.2': [],
  // Retired products under ids that others have now, or none:
  Claude: [],
  'Claude (100K)': [],
  'Claude Instant (100K)': [],
  'Cohere Generate Model - Command': [],
};

const byWords = new Map(Object.entries(IRREGULAR_NAMES).map(([name, models]) => [wordsOfName(name), models]));

/** The ids a name stands for; none when it is left out on purpose, undefined when it is not known. */
export function modelsFromName(name: string): readonly string[] | undefined {
  const words = wordsOfName(name);
  const irregular = words === undefined ? undefined : byWords.get(words);
  if (irregular) return irregular;
  const id = idFromFamilyName(name);
  return id === undefined ? undefined : [id];
}

/** The ids that an id stands for: itself, unless it is irregular. Undefined for what is none. */
export function modelsFromId(text: string): readonly string[] | undefined {
  return isModelId(text) ? modelsFromName(text) : undefined;
}

/** The id that invocation logs have for a name on a bill; undefined where it is not known. */
export function modelFromName(name: string): string | undefined {
  return modelsFromName(name)?.[0];
}
