/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
import type { Value } from './insights/values.ts';

/** "can extract a maximum of 200 log event fields from a JSON log" */
export const MAX_DISCOVERED_FIELDS = 200;

/**
 * The fields of a JSON event, by their dotted names in the order of the text: `a.b`, `list.0.c`.
 * A JSON-encoded string stays a string. Nulls give no field; booleans become 1 and 0.
 */
export function discoverFields(message: string): Map<string, Value> {
  const fields = new Map<string, Value>();
  const json = parseJson(message);
  if (json !== undefined) flatten(json, '', fields);
  return fields;
}

/** Only events that are a JSON object as a whole are discovered here; AWS also finds one within a Lambda line. */
function parseJson(message: string): object | undefined {
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

function flatten(json: object, prefix: string, fields: Map<string, Value>): void {
  for (const [key, value] of Object.entries(json)) {
    if (fields.size >= MAX_DISCOVERED_FIELDS) return;
    // "If the name of a discovered log field starts with the @ character", another one is put before it.
    const name = prefix ? `${prefix}.${key}` : key.startsWith('@') ? `@${key}` : key;
    if (value === null) continue;
    if (typeof value === 'object') flatten(value, name, fields);
    else fields.set(name, typeof value === 'boolean' ? Number(value) : value);
  }
}
