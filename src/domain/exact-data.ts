/**
 * Under this name programs ask for a tool's exact data in the `_meta` of their request, and find it in the `_meta` of the result.
 * Hosts give a model the text of a result or its structured content, which are for reading, and never its `_meta`.
 */
export const EXACT = 'io.github.bedrock-spend/exact';

/** For the `_meta` of a request. */
export const ASKS_EXACTLY = { [EXACT]: true };

/** The exact data of a result; of a server that has none, what it calls structured. */
export function exactFromResult(result: { _meta?: Record<string, unknown> | undefined; structuredContent?: unknown }) {
  return result._meta?.[EXACT] ?? result.structuredContent;
}
