import type { TokenCounts } from '../domain/invocation.ts';
import type { Kept } from './scan.ts';

/**
 * Finds the token counts of a record: at its top level, in the response body's usage, and in the last stream event.
 * The places and what each family means by "input" are in docs/log-records.md; each counter takes the largest value seen.
 */

type Fields = { readonly [field: string]: Kept };

const COUNTERS = {
  input: [
    'inputTokenCount',
    'inputTokens',
    'input_tokens',
    'prompt_tokens',
    'prompt_token_count',
    'inputTextTokenCount',
  ],
  output: [
    'outputTokenCount',
    'outputTokens',
    'output_tokens',
    'completion_tokens',
    'generation_token_count',
    'totalOutputTextTokenCount',
  ],
  cacheRead: ['cacheReadInputTokenCount', 'cacheReadInputTokens', 'cache_read_input_tokens'],
  cacheWrite: ['cacheWriteInputTokenCount', 'cacheWriteInputTokens', 'cache_creation_input_tokens'],
} as const;

const COUNTER_BY_NAME = new Map<string, keyof typeof COUNTERS>(
  Object.entries(COUNTERS).flatMap(([counter, names]) =>
    names.map((name) => [name, counter as keyof typeof COUNTERS] as const),
  ),
);

/** No model takes this many tokens in one request; a larger count is damage, not usage. */
const MAX_TOKENS_PER_REQUEST = 1_000_000_000;

export function isOutOfRange({ input, output, cacheRead, cacheWrite }: TokenCounts): boolean {
  return Math.max(input, output, cacheRead, cacheWrite) > MAX_TOKENS_PER_REQUEST;
}

/** What of a body is read to find counts. */
export const USAGE_FIELDS = {
  ...Object.fromEntries(Object.values(COUNTERS).flatMap((names) => names.map((name) => [name, true as const]))),
  totalTokens: true,
  cacheDetails: { ttl: true, inputTokens: true },
  cache_creation: { ephemeral_5m_input_tokens: true, ephemeral_1h_input_tokens: true },
  input_tokens_details: { cached_tokens: true, cache_write_tokens: true },
  prompt_tokens_details: { cached_tokens: true, cache_write_tokens: true },
  results: { tokenCount: true },
} as const;

/** True for a JSON object. */
export function isFields(value: Kept | undefined): value is { [field: string]: Kept } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: Kept | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function countOf(value: Kept | undefined): number {
  return isCount(value) ? value : 0;
}

interface Reading extends TokenCounts {
  /** The reported input when it held the cached tokens too; else undefined. */
  inclusiveInput: number | undefined;
}

/** The counts one object states. One pass over its fields: this runs several times for each record. */
function readingFromFields(fields: Fields): Reading {
  const reading: Reading = { ...NO_TOKENS, inclusiveInput: undefined };
  let hasDetails = false;
  let total: Kept | undefined;
  for (const name in fields) {
    const value = fields[name] as Kept;
    const counter = COUNTER_BY_NAME.get(name);
    if (counter !== undefined) reading[counter] = Math.max(reading[counter], countOf(value));
    else if (name === 'totalTokens') total = value;
    else if (name === 'results') reading.output = Math.max(reading.output, resultTokens(value));
    else if (name === 'cacheDetails' || name === 'cache_creation') addWriteSplit(reading, value);
    else if ((name === 'input_tokens_details' || name === 'prompt_tokens_details') && isFields(value)) {
      // OpenAI shapes: the input number holds the cached tokens too, and this names them.
      hasDetails = true;
      reading.cacheRead = Math.max(reading.cacheRead, countOf(value['cached_tokens']));
      reading.cacheWrite = Math.max(reading.cacheWrite, countOf(value['cache_write_tokens']));
    }
  }
  const cached = reading.cacheRead + reading.cacheWrite;
  // A Converse total that equals input + output leaves no room for cached tokens beside the input: they are inside it.
  const inside = hasDetails || (isCount(total) && total === reading.input + reading.output);
  if (cached > 0 && inside && reading.input >= cached) {
    reading.inclusiveInput = reading.input;
    reading.input -= cached;
  }
  return reading;
}

/** The cache writes by lifetime, from Converse (`cacheDetails`) or Anthropic (`cache_creation`). Bodies alone have them. */
function addWriteSplit(reading: Reading, value: Kept): void {
  let short = 0;
  let long = 0;
  if (isFields(value)) {
    short = countOf(value['ephemeral_5m_input_tokens']);
    long = countOf(value['ephemeral_1h_input_tokens']);
  } else if (Array.isArray(value)) {
    for (const detail of value.filter(isFields)) {
      if (detail['ttl'] === '1h') long += countOf(detail['inputTokens']);
      else short += countOf(detail['inputTokens']);
    }
  }
  reading.cacheWrite = Math.max(reading.cacheWrite, short + long);
  reading.cacheWrite1h = Math.max(reading.cacheWrite1h, long);
  reading.cacheWriteKnown = Math.max(reading.cacheWriteKnown, short + long);
}

/** Titan answers in parts, each with its own count. */
function resultTokens(value: Kept): number {
  if (!Array.isArray(value)) return 0;
  return value.filter(isFields).reduce((sum, result) => sum + countOf(result['tokenCount']), 0);
}

/** The objects of a body (or of one stream event) that may state counts. */
function statements(body: Fields): Fields[] {
  const found: Fields[] = [body];
  const add = (value: Kept | undefined) => {
    if (isFields(value)) found.push(value);
  };
  const nested = (value: Kept | undefined) => {
    if (isFields(value)) add(value['usage']);
  };
  add(body['usage']);
  add(body['amazon-bedrock-invocationMetrics']);
  nested(body['message']);
  nested(body['metadata']);
  nested(body['response']);
  return found;
}

/** Takes, counter by counter, the largest value. Used within a record and between records of one request. */
export function largest(a: TokenCounts, b: TokenCounts): TokenCounts {
  return {
    input: Math.max(a.input, b.input),
    output: Math.max(a.output, b.output),
    cacheRead: Math.max(a.cacheRead, b.cacheRead),
    cacheWrite: Math.max(a.cacheWrite, b.cacheWrite),
    cacheWrite1h: Math.max(a.cacheWrite1h, b.cacheWrite1h),
    cacheWriteKnown: Math.max(a.cacheWriteKnown, b.cacheWriteKnown),
  };
}

/**
 * The counts of a record.
 * @param input the record's `input` object
 * @param output the record's `output` object
 * @param bodies the response body, or the events of a response stream
 */
export function tokenCounts(input: Fields, output: Fields, bodies: readonly Fields[]): TokenCounts {
  const readings = [input, output, ...bodies.flatMap(statements)].map(readingFromFields);
  const inclusive = readings.find((reading) => reading.inclusiveInput !== undefined);
  if (inclusive) {
    // The same number stands at the top level, where nothing says that it holds the cached tokens.
    for (const reading of readings) if (reading.input === inclusive.inclusiveInput) reading.input = inclusive.input;
  }
  return readings.reduce<TokenCounts>(largest, NO_TOKENS);
}

const NO_TOKENS: TokenCounts = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWrite1h: 0,
  cacheWriteKnown: 0,
};
