/** Model ids, as prices are listed under, by the name on the bill in lower case without spaces, hyphens and dots. */
const MODEL_OF_NAME: Readonly<Record<string, string>> = {
  novamicro: 'amazon.nova-micro-v1',
  novalite: 'amazon.nova-lite-v1',
  novapro: 'amazon.nova-pro-v1',
  novapremier: 'amazon.nova-premier-v1',
  nova20lite: 'amazon.nova-2-lite-v1',
  titanembeddingv2text: 'amazon.titan-embed-text-v2',
  titanembeddingsg1text: 'amazon.titan-embed-text-v1',
  titantextg1express: 'amazon.titan-text-express-v1',
  titantextg1lite: 'amazon.titan-text-lite-v1',
  titantextpremier: 'amazon.titan-text-premier-v1',
  llama370b: 'meta.llama3-70b-instruct-v1',
  llama38b: 'meta.llama3-8b-instruct-v1',
  llama31405b: 'meta.llama3-1-405b-instruct-v1',
  llama3170b: 'meta.llama3-1-70b-instruct-v1',
  llama318b: 'meta.llama3-1-8b-instruct-v1',
  llama3290b: 'meta.llama3-2-90b-instruct-v1',
  llama3211b: 'meta.llama3-2-11b-instruct-v1',
  llama323b: 'meta.llama3-2-3b-instruct-v1',
  llama321b: 'meta.llama3-2-1b-instruct-v1',
  llama3370b: 'meta.llama3-3-70b-instruct-v1',
  llama4maverick17b: 'meta.llama4-maverick-17b-instruct-v1',
  llama4scout17b: 'meta.llama4-scout-17b-instruct-v1',
  mistral7b: 'mistral.mistral-7b-instruct-v0',
  mixtral8x7b: 'mistral.mixtral-8x7b-instruct-v0',
  mistrallarge: 'mistral.mistral-large-2402-v1',
  mistrallarge2407: 'mistral.mistral-large-2407-v1',
  mistralsmall: 'mistral.mistral-small-2402-v1',
  deepseekr1: 'deepseek.r1-v1',
  deepseekv31: 'deepseek.v3-v1',
  gptoss120b: 'openai.gpt-oss-120b-1',
  gptoss20b: 'openai.gpt-oss-20b-1',
  gptosssafeguard120b: 'openai.gpt-oss-safeguard-120b',
  gptosssafeguard20b: 'openai.gpt-oss-safeguard-20b',
  gemma34bit: 'google.gemma-3-4b-it',
  gemma312bit: 'google.gemma-3-12b-it',
  gemma327bit: 'google.gemma-3-27b-it',
  qwen332b: 'qwen.qwen3-32b-v1',
  kimik25: 'moonshotai.kimi-k2.5',
};

/** Ids that a bill writes without their version. */
const MODEL_OF_ID: Readonly<Record<string, string>> = {
  'openai.gpt-oss-120b': 'openai.gpt-oss-120b-1',
  'openai.gpt-oss-20b': 'openai.gpt-oss-20b-1',
  'qwen.qwen3-32b': 'qwen.qwen3-32b-v1',
};

/** `provider.model` in lower case is an id already. */
const MODEL_ID = /^[a-z0-9]+\.[a-z][a-z0-9.-]+$/;

/**
 * The model id behind a name on the bill, or undefined where it is not known: the whole name must be, because
 * one that only begins alike is another model with another price.
 */
export function modelFromStem(stem: string): string | undefined {
  if (MODEL_ID.test(stem)) return MODEL_OF_ID[stem] ?? stem;
  return claudeFromStem(stem) ?? MODEL_OF_NAME[stem.toLowerCase().replaceAll(/[ .-]/g, '')];
}

/** `Claude4.6Sonnet`, `Claude3-5Haiku` and `Claude Sonnet 4.5`: since Claude 4 the family stands before the version in ids. */
function claudeFromStem(stem: string): string | undefined {
  const [, before = '', family = '', after = ''] =
    /^Claude ?(\d+(?:[.-]\d+)?)? ?(Opus|Sonnet|Haiku|Fable|Mythos) ?(\d+(?:\.\d+)?)?$/.exec(stem) ?? [];
  const version = (before || after).replace('.', '-');
  if (version === '' || (before !== '' && after !== '')) return undefined;
  const name = family.toLowerCase();
  return Number.parseInt(version, 10) >= 4
    ? `anthropic.claude-${name}-${version}`
    : `anthropic.claude-${version}-${name}`;
}
