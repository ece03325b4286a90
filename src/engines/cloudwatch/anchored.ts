/**
 * Expressions for `parse`, which sees text, where callers send objects with any keys in them, and metadata with any braces. These step
 * over texts and reckon braces from the beginning or the end of the record, past objects that hold no others: what they find stands at
 * the top of the record, or where their own braces say.
 */

/** Anything but braces, and texts, whatever is in them. */
export const FLAT = '(?:[^{}"]|"(?:[^"\\\\]|\\\\.)*")*';

/** From the beginning of a record. */
export function fromStart(expression: string): string {
  return `parse @message /^\\s*\\{(?:${FLAT}\\{${FLAT}\\})*${FLAT}${expression}/`;
}

/** To the end of a record. */
export function fromEnd(expression: string): string {
  return `parse @message /${expression}${FLAT}(?:\\{${FLAT}\\}${FLAT})*\\}\\s*$/`;
}

/** The request metadata, which holds no objects, where it stands before or after the bodies. */
export const METADATA_TEXT = [
  fromStart(`"requestMetadata":\\s*(?<h_data>\\{${FLAT}\\})`),
  fromEnd(`"requestMetadata":\\s*(?<g_data>\\{${FLAT}\\})`),
];
