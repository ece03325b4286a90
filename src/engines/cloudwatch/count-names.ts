import { COUNTER_NAMES, type Counter } from '../../domain/usage-class.ts';
import { fieldsOf, placesOf } from '../../logs/count-fields.ts';
import { COUNT_PLACES, LIFETIMES } from '../../logs/count-table.ts';

/** With the names that bodies have for a counter in shapes of their own. */
function namesOf(counter: Counter): string[] {
  const { parts, detail, lifetime } = placesOf(counter);
  return [...fieldsOf(counter), parts?.[1], detail, lifetime].filter((name) => name !== undefined);
}

/** Counters that records or bodies state under a name. */
export const NAMED_COUNTERS = COUNTER_NAMES.filter((counter) => namesOf(counter).length > 0);

/**
 * Matches a statement of more than zero in the text of a record. A quote inside a text is escaped, so what matches is a key; it need not
 * be where counts are read, for callers send objects, too. Such a match is a reason to look closer, never a count.
 */
export function statementOf(counter: Counter): string {
  // Other tools flatten keys.
  return `"(?:\\w+\\.)*(?:${namesOf(counter).join('|')})":\\s*"?-?[1-9]`;
}

/** Matches what cannot be a count: below 0, above 10^9, a fraction. */
export const ODD_STATEMENT = '"\\w*(?:_t|T)oken(?:s|Count|_count)":\\s*"?(?:-\\d|\\d{10}|\\d+\\.\\d*[1-9])';

/** Matches how long cache writes live. */
export const LIFETIME_STATEMENT = `"${LIFETIMES.claude.short}":\\s*[1-9]|"${LIFETIMES.converse.lifetime}":\\s*"`;

/** Matches what no query reads in the events of a stream: OpenAI's cached tokens, which its input number holds as well. */
export const STREAM_STATEMENT = `"${COUNT_PLACES.cacheRead.detail}":\\s*[1-9]|"latency":\\s*"optimized"`;

/** Matches what a guardrail did that stopped a request or its answer. */
export const BLOCKED_STATEMENT =
  '"amazon-bedrock-guardrailAction":\\s*"INTERVENED"|"stop_?[rR]eason":\\s*"guardrail_intervened"';

/** Matches a tier that is neither `auto` nor Claude's `standard`. */
export const TIER_STATEMENT = '"service_?[tT]ier":\\s*(?:\\{"type":\\s*)?"[^as"]';
