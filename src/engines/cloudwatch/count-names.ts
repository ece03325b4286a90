/**
 * Names under which a record or a body states a count, in the shapes of docs/log-records.md, as regular expressions over the text of a
 * record. A quote inside a text is escaped, so what matches is a key; it need not be where counts are read, for callers send objects,
 * too. Such a match is a reason to look closer, never a count.
 */
const NAMES = {
  input: 'input(?:TokenCount|Tokens|_tokens|TextTokenCount)|prompt_token(?:s|_count)',
  output:
    'output(?:TokenCount|Tokens|_tokens)|completion_tokens|generation_token_count|totalOutputTextTokenCount|tokenCount',
  read: 'cacheReadInputToken(?:Count|s)|cache_read_input_tokens|cached_tokens',
  write: 'cacheWriteInputToken(?:Count|s)|cache_creation_input_tokens|cache_write_tokens',
  long: 'ephemeral_1h_input_tokens',
} as const;

export type CountName = keyof typeof NAMES;

export const COUNT_NAMES = Object.keys(NAMES) as CountName[];

/** Matches a statement of more than zero. Other tools flatten keys: `"input.inputTokenCount"`. */
export function statementOf(name: CountName): string {
  return `"(?:\\w+\\.)*(?:${NAMES[name]})":\\s*"?-?[1-9]`;
}

/** Matches what cannot be a count: below 0, above 10^9, a fraction. */
export const ODD_STATEMENT = '"\\w*[tT]oken\\w*":\\s*"?(?:-\\d|\\d{10}|\\d+\\.\\d*[1-9])';

/** Matches how long cache writes live. */
export const LIFETIME_STATEMENT = '"ephemeral_5m_input_tokens":\\s*[1-9]|"ttl":\\s*"';

/** Matches what no query reads in the events of a stream: OpenAI's cached tokens, which its input number holds as well. */
export const STREAM_STATEMENT = '"cached_tokens":\\s*[1-9]|"latency":\\s*"optimized"';

/** Matches what a guardrail did that stopped a request or its answer. */
export const BLOCKED_STATEMENT =
  '"amazon-bedrock-guardrailAction":\\s*"INTERVENED"|"stop_?[rR]eason":\\s*"guardrail_intervened"';

/** Matches a tier that is neither `auto` nor Claude's `standard`. */
export const TIER_STATEMENT = '"service_?[tT]ier":\\s*(?:\\{"type":\\s*)?"[^as"]';
