import { regionFromCode } from '../domain/regions.ts';

export const TOKEN_CLASSES = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] as const;
export type TokenClass = (typeof TOKEN_CLASSES)[number];

/** What a usage type says. */
export type UsageType =
  | {
      /** How the tokens were used: by calls, by calls to the bedrock-mantle endpoint, or by batch jobs. */
      kind: 'runtime' | 'mantle' | 'batch';
      region: string;
      /** The model as the bill names it. */
      stem: string;
      tokenClass: TokenClass;
      tier: string;
      global: boolean;
      /** Tokens in one unit of the quantity. */
      tokensPerUnit: number;
    }
  | { kind: 'guardrail' | 'provisioned' | 'custom-import' | 'other' };

type Tokens = Extract<UsageType, { region: string }>;

/** Classes as AmazonBedrock's usage types write them; some end in `-tokens`, some in `-token-count`, by no rule. */
const HYPHEN_CLASSES: Readonly<Record<string, TokenClass>> = {
  input: 'input',
  'text-input': 'input',
  output: 'output',
  'text-output': 'output',
  'cache-read': 'cache_read',
  'cache-read-input': 'cache_read',
  cacheread: 'cache_read',
  'cache-write': 'cache_write_5m',
  'cache-write-input': 'cache_write_5m',
  cachewrite: 'cache_write_5m',
  'cache-write-1h': 'cache_write_1h',
  'cache-write-1h-input': 'cache_write_1h',
};

/** As usage types of Marketplace products wrote them until 2026. */
const CAMEL_CLASSES: Readonly<Record<string, TokenClass>> = {
  InputTokenCount: 'input',
  OutputTokenCount: 'output',
  CacheReadInputTokenCount: 'cache_read',
  CacheWriteInputTokenCount: 'cache_write_5m',
  CacheWrite1hInputTokenCount: 'cache_write_1h',
};

/** As they write them since. A write that lives 30 minutes is the short one of its model, as a write of five is. */
const SNAKE_CLASSES: Readonly<Record<string, TokenClass>> = {
  input_tokens: 'input',
  output_tokens: 'output',
  cache_read_tokens: 'cache_read',
  cache_write_tokens: 'cache_write_5m',
  cache_write_tokens_5m: 'cache_write_5m',
  cache_write_tokens_30m: 'cache_write_5m',
  cache_write_tokens_1h: 'cache_write_1h',
};

const oneOf = (classes: Readonly<Record<string, TokenClass>>) => `(?<tokenClass>${Object.keys(classes).join('|')})`;

/**
 * Usage types of tokens, matched as a whole: what has one more word than is known here means something else.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html, and the usage types of the Price List.
 */
const TOKEN_FORMS = [
  {
    // USE1-Claude4.6Sonnet-output-tokens-cross-region-global, USW2-anthropic.claude-opus-4-8-mantle-cache-write-tokens-global-standard
    pattern: new RegExp(
      `^(?<code>[A-Z]+\\d?)-(?<stem>[A-Za-z0-9.-]+?)(?<mantle>-mantle)?(?<latency>-LatencyOptimized)?-${oneOf(HYPHEN_CLASSES)}-token(?:s|-count)(?<words>(?:-(?:standard|flex|priority|batch|latency-optimized|cross-region-global|global))*)$`,
    ),
    classes: HYPHEN_CLASSES,
    tokensPerUnit: 1_000,
  },
  {
    // USE1-MP:USE1_CacheReadInputTokenCount_Global-Units
    pattern: new RegExp(
      `^(?:[A-Z]+\\d?-MP:)?(?<code>[A-Z]+\\d?)_${oneOf(CAMEL_CLASSES)}(?<words>(?:_(?:Global|Batch|LCtx|Flex|Priority|LatencyOptimized))*)-Units$`,
    ),
    classes: CAMEL_CLASSES,
    tokensPerUnit: 1_000_000,
  },
  {
    // USE1-MP:USE1_cache_write_tokens_1h_global_standard-Units
    pattern: new RegExp(
      `^(?:[A-Z]+\\d?-MP:)?(?<code>[A-Z]+\\d?)_${oneOf(SNAKE_CLASSES)}(?<words>(?:_(?:global|batch|standard|flex|priority|long_ctx|lctx|latency_optimized))*)-Units$`,
    ),
    classes: SNAKE_CLASSES,
    tokensPerUnit: 1_000_000,
  },
] as const;

/** Charges that are not by token. */
const OTHER_FORMS = [
  { kind: 'guardrail', pattern: /^[A-Z]+\d?-Guardrail(?:Checks)?-/ },
  { kind: 'custom-import', pattern: /^[A-Z]+\d?-.*CustomModelImport/ },
  { kind: 'provisioned', pattern: /ProvisionedThroughput|[-_]Reserved_|ModelUnits/ },
] as const;

/**
 * Reads a usage type of Bedrock.
 * @param service names the model where the usage type does not
 */
export function usageTypeFrom(usageType: string, service: string): UsageType {
  for (const { pattern, classes, tokensPerUnit } of TOKEN_FORMS) {
    const groups = pattern.exec(usageType)?.groups;
    const tokens = groups && tokensFrom(groups, service);
    const tokenClass = (classes as Readonly<Record<string, TokenClass>>)[groups?.['tokenClass'] ?? ''];
    if (tokens && tokenClass) return { ...tokens, tokenClass, tokensPerUnit };
  }
  return { kind: OTHER_FORMS.find(({ pattern }) => pattern.test(usageType))?.kind ?? 'other' };
}

function tokensFrom(
  { code = '', stem, mantle, latency, words = '' }: Readonly<Record<string, string>>,
  service: string,
): Omit<Tokens, 'tokenClass' | 'tokensPerUnit'> | undefined {
  const region = regionFromCode(code);
  if (region === undefined) return undefined;
  const said = (word: string) => words.toLowerCase().replaceAll('_', '-').includes(word);
  const isBatch = said('batch');
  return {
    kind: mantle ? 'mantle' : isBatch ? 'batch' : 'runtime',
    region,
    stem: stem ?? service.replace(/ \(Amazon Bedrock Edition\)$/i, ''),
    tier: tierFrom(said, latency !== undefined),
    global: said('global'),
  };
}

function tierFrom(said: (word: string) => boolean, latency: boolean): string {
  if (latency || said('latency')) return 'latency-optimized';
  return ['batch', 'flex', 'priority'].find(said) ?? 'standard';
}
