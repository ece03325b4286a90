import type { Counter } from '../domain/usage-class.ts';

/** Where a counter is stated. */
export interface CountPlaces {
  /** A record's own field, and the object of the record that holds it. The metrics at the end of a stream have the field, too. */
  own?: readonly ['input' | 'output', string];
  /** Fields of bodies, by whose they are: in the `usage` of the first three, beside the answer of the others. */
  bodies?: Readonly<Partial<Record<'converse' | 'claude' | 'openai' | 'llama' | 'titan', string>>>;
  /** In OpenAI's `DETAILS` of its input, whose number holds it. */
  detail?: string;
  /** Titan answers in parts, each with its own count: the list, and the field in it. */
  parts?: readonly [string, string];
  /** In Claude's `LIFETIMES`. */
  lifetime?: string;
  /**
   * Metrics of the namespace AWS/Bedrock: https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
   * That page has had two names for cached tokens. Where both exist they say the same, so the larger is taken, never their sum.
   */
  metrics?: readonly string[];
}

/** OpenAI's objects that name what its input holds: those of chat, and of Responses. */
export const DETAILS = { chat: 'prompt_tokens_details', responses: 'input_tokens_details' } as const;

/** A Converse total that leaves no room for cached tokens beside the input: they are inside it. */
export const TOTAL = 'totalTokens';

/** Cache writes by how long they live: Claude has a field for each, Converse a list. */
export const LIFETIMES = {
  claude: { holder: 'cache_creation', short: 'ephemeral_5m_input_tokens', long: 'ephemeral_1h_input_tokens' },
  converse: { holder: 'cacheDetails', count: 'inputTokens', lifetime: 'ttl', long: '1h' },
} as const;

/** The one table of fields that state counts: what reads records, the queries and the metrics are made from it. */
export const COUNT_PLACES = {
  input: {
    own: ['input', 'inputTokenCount'],
    bodies: {
      converse: 'inputTokens',
      claude: 'input_tokens',
      openai: 'prompt_tokens',
      llama: 'prompt_token_count',
      titan: 'inputTextTokenCount',
    },
    metrics: ['InputTokenCount'],
  },
  output: {
    own: ['output', 'outputTokenCount'],
    bodies: {
      converse: 'outputTokens',
      claude: 'output_tokens',
      openai: 'completion_tokens',
      llama: 'generation_token_count',
      titan: 'totalOutputTextTokenCount',
    },
    parts: ['results', 'tokenCount'],
    metrics: ['OutputTokenCount'],
  },
  cacheRead: {
    own: ['input', 'cacheReadInputTokenCount'],
    bodies: { converse: 'cacheReadInputTokens', claude: 'cache_read_input_tokens' },
    detail: 'cached_tokens',
    metrics: ['CacheReadInputTokens', 'CacheReadInputTokenCount'],
  },
  cacheWrite: {
    own: ['input', 'cacheWriteInputTokenCount'],
    bodies: { converse: 'cacheWriteInputTokens', claude: 'cache_creation_input_tokens' },
    detail: 'cache_write_tokens',
    metrics: ['CacheWriteInputTokens', 'CacheWriteInputTokenCount'],
  },
  cacheWrite1h: { lifetime: LIFETIMES.claude.long },
  /** The sum of all `LIFETIMES`. */
  cacheWriteKnown: {},
} as const satisfies Record<Counter, CountPlaces>;
