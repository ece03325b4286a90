/**
 * What AWS's price list calls each model, and the ids that `priceKeyFromModel` gives for it. Kept by hand, matched whole: the list
 * carries no model ids, and matching by likeness once priced Opus 4.8 as Opus 4. Names as published between 2026-07-27 and
 * 2026-10-08, read from:
 * - https://github.com/aToy0m0/bedrock-pricing/blob/42777bfb4089b919a1e6a9d79ac6a89b08dc0cdf/docs/data.json (both offers)
 * - https://github.com/koyakimu/aws-bedrock-quick-reference/blob/8667c8b35624a0a01ec1990f5a776ec21337e1b6/data/price-model-map.json
 * - https://github.com/inferplane/model-comparision/blob/16734176a6748580df085dbd60054f62f3fb33b1/public/data/models.json
 */
export const MODEL_NAMES: Readonly<Record<string, readonly string[]>> = {
  'Claude Opus 5.5': ['anthropic.claude-opus-5-5'],
  'Claude Opus 5': ['anthropic.claude-opus-5'],
  'Claude Opus 4.8': ['anthropic.claude-opus-4-8'],
  'Claude Opus 4.7': ['anthropic.claude-opus-4-7'],
  'Claude Opus 4.6': ['anthropic.claude-opus-4-6'],
  'Claude Opus 4.5': ['anthropic.claude-opus-4-5'],
  'Claude Opus 4.1': ['anthropic.claude-opus-4-1'],
  'Claude Opus 4': ['anthropic.claude-opus-4'],
  'Claude Sonnet 5.5': ['anthropic.claude-sonnet-5-5'],
  'Claude Sonnet 5': ['anthropic.claude-sonnet-5'],
  'Claude Sonnet 4.6': ['anthropic.claude-sonnet-4-6'],
  'Claude Sonnet 4.5': ['anthropic.claude-sonnet-4-5'],
  'Claude Sonnet 4': ['anthropic.claude-sonnet-4'],
  'Claude Haiku 5.5': ['anthropic.claude-haiku-5-5'],
  'Claude Haiku 4.5': ['anthropic.claude-haiku-4-5'],
  'Claude Fable 5.1': ['anthropic.claude-fable-5-1'],
  'Claude Fable 5': ['anthropic.claude-fable-5'],
  'Claude Mythos 5.1': ['anthropic.claude-mythos-5-1'],
  'Claude Mythos 5': ['anthropic.claude-mythos-5'],
  'Claude Mythos Preview': ['anthropic.claude-mythos-preview'],
  'Claude 3.7 Sonnet': ['anthropic.claude-3-7-sonnet'],
  // One key holds both versions of 3.5 Sonnet: should their prices part, the list contradicts itself and is not used for it.
  'Claude 3.5 Sonnet': ['anthropic.claude-3-5-sonnet'],
  'Claude 3.5 Sonnet v2': ['anthropic.claude-3-5-sonnet'],
  'Claude 3.5 Haiku': ['anthropic.claude-3-5-haiku'],
  'Claude 3 Opus': ['anthropic.claude-3-opus'],
  'Claude 3 Sonnet': ['anthropic.claude-3-sonnet'],
  'Claude 3 Haiku': ['anthropic.claude-3-haiku'],
  'Claude 2.0': ['anthropic.claude-v2'],
  'Claude 2.1': ['anthropic.claude-v2'],
  'Claude Instant': ['anthropic.claude-instant-v1'],

  'Nova 2.0 Lite': ['amazon.nova-2-lite-v1'],
  'Nova 2.0 Pro': ['amazon.nova-2-pro-preview-20251202-v1'],
  'Nova Premier': ['amazon.nova-premier-v1'],
  'Nova Pro': ['amazon.nova-pro-v1'],
  'Nova Lite': ['amazon.nova-lite-v1'],
  'Nova Micro': ['amazon.nova-micro-v1'],
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
  'Llama 3 8B': ['meta.llama3-8b-instruct-v1'],
  'Llama 3 70B': ['meta.llama3-70b-instruct-v1'],
  'Llama 3.1 8B': ['meta.llama3-1-8b-instruct-v1'],
  'Llama 3.1 70B': ['meta.llama3-1-70b-instruct-v1'],
  'Llama 3.1 405B': ['meta.llama3-1-405b-instruct-v1'],
  'Llama 3.2 1B': ['meta.llama3-2-1b-instruct-v1'],
  'Llama 3.2 3B': ['meta.llama3-2-3b-instruct-v1'],
  'Llama 3.2 11B': ['meta.llama3-2-11b-instruct-v1'],
  'Llama 3.2 90B': ['meta.llama3-2-90b-instruct-v1'],
  'Llama 3.3 70B': ['meta.llama3-3-70b-instruct-v1'],
  'Llama 4 Maverick 17B': ['meta.llama4-maverick-17b-instruct-v1'],
  'Llama 4 Scout 17B': ['meta.llama4-scout-17b-instruct-v1'],

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
  'DeepSeek V3.1': ['deepseek.v3-v1'],
  'DeepSeek v3.2': ['deepseek.v3.2'],
  'Qwen3 32B': ['qwen.qwen3-32b-v1'],
  'Qwen3 235B A22B 2507': ['qwen.qwen3-235b-a22b-2507-v1'],
  'Qwen3 Coder 30B A3B': ['qwen.qwen3-coder-30b-a3b-v1'],
  'Qwen3 Coder 480B A35B': ['qwen.qwen3-coder-480b-a35b-v1'],
  'Qwen3 Coder Next': ['qwen.qwen3-coder-next'],
  'Qwen3 Next 80B A3B': ['qwen.qwen3-next-80b-a3b'],
  'qwen3-next-80b-a3b': ['qwen.qwen3-next-80b-a3b'],
  'Qwen3 VL 235B A22B': ['qwen.qwen3-vl-235b-a22b'],
  'Gemma 3 4B': ['google.gemma-3-4b-it'],
  'Gemma 3 12B': ['google.gemma-3-12b-it'],
  'Gemma 3 27B': ['google.gemma-3-27b-it'],
  'google.gemma-4-e2b': ['google.gemma-4-e2b'],
  'google.gemma-4-26b-a4b': ['google.gemma-4-26b-a4b'],
  'google.gemma-4-31b': ['google.gemma-4-31b'],
  'Kimi K2 Thinking': ['moonshot.kimi-k2-thinking'],
  'Kimi K2.5': ['moonshotai.kimi-k2.5'],
  'Kimi K3': ['moonshotai.kimi-k3'],
  'Minimax M2': ['minimax.minimax-m2'],
  'Minimax M2.1': ['minimax.minimax-m2.1'],
  'MiniMax M2.5': ['minimax.minimax-m2.5'],
  'NVIDIA Nemotron Nano 2': ['nvidia.nemotron-nano-9b-v2'],
  'NVIDIA Nemotron Nano 2 VL': ['nvidia.nemotron-nano-12b-v2'],
  'Nemotron Nano 3 30B': ['nvidia.nemotron-nano-3-30b'],
  'NVIDIA Nemotron 3 Super 120B A12B': ['nvidia.nemotron-super-3-120b'],
  // bedrock-runtime adds a version to the ids that bedrock-mantle uses.
  'gpt-oss-20b': ['openai.gpt-oss-20b-1', 'openai.gpt-oss-20b'],
  'gpt-oss-120b': ['openai.gpt-oss-120b-1', 'openai.gpt-oss-120b'],
  'GPT OSS Safeguard 20B': ['openai.gpt-oss-safeguard-20b'],
  'GPT OSS Safeguard 120B': ['openai.gpt-oss-safeguard-120b'],
  'openai.gpt-5.4': ['openai.gpt-5.4'],
  'openai.gpt-5.5': ['openai.gpt-5.5'],
  'openai.gpt-5.6-luna': ['openai.gpt-5.6-luna'],
  'openai.gpt-5.6-terra': ['openai.gpt-5.6-terra'],
  'OpenAI GPT-5.6 Luna': ['openai.gpt-5.6-luna'],
  'OpenAI GPT-5.6 Terra': ['openai.gpt-5.6-terra'],
  'OpenAI GPT-6 Astra': ['openai.gpt-6-astra'],
  'OpenAI GPT-6 Luna': ['openai.gpt-6-luna'],
  'Palmyra X4': ['writer.palmyra-x4-v1'],
  'Palmyra X5': ['writer.palmyra-x5-v1'],
  'Writer Palmyra Vision 7B': ['writer.palmyra-vision-7b'],
  'xai.grok-4.3': ['xai.grok-4.3'],
  'xai.grok-4.6': ['xai.grok-4.6'],
  'Grok 4.6': ['xai.grok-4.6'],
  'Grok 4.7': ['xai.grok-4.7'],
  'GLM 4.7': ['zai.glm-4.7'],
  'GLM 4.7 Flash': ['zai.glm-4.7-flash'],
  'GLM 5': ['zai.glm-5'],

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

  // Known, and left to the other sources. Speech and text tokens have two prices, the logs one count:
  'Nova Sonic': [],
  'Nova Sonic 2.0': [],
  'Nova 2.5 Sonic': [],
  'Nova 2.0 Omni': [],
  // Video is billed by the second beside the tokens:
  'TwelveLabs Pegasus 1.2': [],
  // Retired products under ids that others have now, or none:
  Claude: [],
  'Claude (100K)': [],
  'Claude Instant (100K)': [],
  'Cohere Generate Model - Command': [],
};

const EDITION = / \(Amazon Bedrock Edition\)$/;

const byName = new Map(Object.entries(MODEL_NAMES).map(([name, models]) => [name.toLowerCase(), models]));

/** The ids a name stands for; none when it is left out on purpose, undefined when it is not known. */
export function modelsFromName(name: string): readonly string[] | undefined {
  return byName.get(name.toLowerCase());
}

/** The name without what it says of the marketplace, or of a tier: `Nova Pro Latency Optimized`. */
export function plainName(name: string): { name: string; latencyOptimized: boolean } {
  const edited = name.replace(EDITION, '').trim();
  const plain = edited.replace(/ Latency Optimized$/i, '');
  return { name: plain, latencyOptimized: plain !== edited };
}
