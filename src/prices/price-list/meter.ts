import type { Rates } from '../rate.ts';
import type { OfferCode } from './offer.ts';

/** What a usage type counts: which tokens, how they were asked for. */
export interface Meter {
  /** The billing name in the usage type, such as `NovaPro`; absent where it names no model (AmazonBedrockFoundationModels). */
  stem: string | undefined;
  token: keyof Rates;
  /** Through a `global.` profile. All else, in-region and geographic, has one price. */
  global: boolean;
  tier: string;
  /** The price above the model's long-context limit, which the list does not say. */
  long: boolean;
  /** For the bedrock-mantle endpoint, whose calls invocation logs do not hold. */
  mantle: boolean;
}

/** `EU` is Ireland; the others look like `USE1`, `APS3`. */
const REGION = '(?:EU|[A-Z]{3}\\d)';
const BEDROCK_REGION = new RegExp(`^${REGION}-`);
const MARKETPLACE = new RegExp(`^(?:${REGION}-)?MP:${REGION}_(.+)-Units$`);

/** Words for each class of tokens, in the spellings of all three naming schemes. */
const TOKENS: Readonly<Record<string, keyof Rates>> = {
  'input-tokens': 'input',
  'input-token': 'input',
  'input-token-count': 'input',
  'text-input-tokens': 'input',
  'text-input-token': 'input',
  'output-tokens': 'output',
  'output-token': 'output',
  'output-token-count': 'output',
  'text-output-tokens': 'output',
  'text-output-token': 'output',
  'cache-read-tokens': 'cacheRead',
  'cached-input-tokens': 'cacheRead',
  'cache-read-input-token-count': 'cacheRead',
  // A write that lasts 30 minutes (OpenAI, Kimi) is the short one too: the logs tell only an hour from less.
  'cache-write-tokens': 'cacheWrite5m',
  'cache-write-tokens-5m': 'cacheWrite5m',
  'cache-write-tokens-30m': 'cacheWrite5m',
  'cache-write-input-token-count': 'cacheWrite5m',
  'cache-write-tokens-1h': 'cacheWrite1h',
  'cache-write-1h-tokens': 'cacheWrite1h',
  'cache-write-1h-input-token-count': 'cacheWrite1h',
  'cache-write1h-input-token-count': 'cacheWrite1h',
  'cache-write-input-token-count-1h': 'cacheWrite1h',
};

/** What may follow the class of tokens, in any order. */
const CONDITIONS: Readonly<Record<string, Partial<Meter>>> = {
  standard: { tier: 'standard' },
  batch: { tier: 'batch' },
  flex: { tier: 'flex' },
  priority: { tier: 'priority' },
  'latency-optimized': { tier: 'latency-optimized' },
  global: { global: true },
  'cross-region-global': { global: true },
  geo: { global: false },
  'long-ctx': { long: true },
  lctx: { long: true },
  'long-context': { long: true },
};

const alternatives = (words: object) =>
  Object.keys(words)
    .sort((a, b) => b.length - a.length)
    .join('|');

const COUNTED = new RegExp(`^(${alternatives(TOKENS)})((?:-(?:${alternatives(CONDITIONS)}))*)$`);
const CONDITION = new RegExp(`-(${alternatives(CONDITIONS)})(?=-|$)`, 'g');

/**
 * Reads a usage type of one of AWS's three naming schemes, whole or not at all: `USE1-NovaPro-input-tokens-batch`,
 * `USE1-zai.glm-5-mantle-input-tokens-standard`, `USE1-MP:USE1_InputTokenCount_Global-Units` (or `…_input_tokens_global_standard-Units`).
 * @returns undefined when any word of it is unknown
 */
export function meterFromUsageType(code: OfferCode, usageType: string): Meter | undefined {
  if (code === 'AmazonBedrockFoundationModels') {
    const counted = MARKETPLACE.exec(usageType)?.[1];
    return counted === undefined ? undefined : meterFromText(kebab(counted), undefined);
  }
  const words = usageType.replace(BEDROCK_REGION, '').replaceAll('_', '-').split('-');
  for (let index = 1; index < words.length; index += 1) {
    const meter = meterFromText(words.slice(index).join('-'), words.slice(0, index).join('-'));
    if (meter) return meter;
  }
  return undefined;
}

function meterFromText(text: string, before: string | undefined): Meter | undefined {
  const [, token = '', conditions = ''] = COUNTED.exec(text) ?? [];
  const counts = TOKENS[token];
  if (counts === undefined) return undefined;
  const said = [...conditions.matchAll(CONDITION)].map(([, condition = '']) => CONDITIONS[condition] ?? {});
  if (said.filter(({ tier }) => tier).length > 1) return undefined;
  const plain = { token: counts, global: false, tier: 'standard', long: false };
  const mantle = before?.endsWith('-mantle') ?? false;
  return Object.assign({ ...plain, stem: before?.replace(/-mantle$/, ''), mantle }, ...said);
}

/** `InputTokenCount_Global` as `input-token-count-global`; `_LCtx` stays one word. */
function kebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
