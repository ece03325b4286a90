/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html */
import { createHash } from 'node:crypto';
import type { Assumptions } from './assumptions.ts';
import type { Value } from './insights/values.ts';

/** "can extract a maximum of 200 log event fields from a JSON log" */
export const MAX_DISCOVERED_FIELDS = 200;

export interface Discovery {
  fields: Map<string, Value>;
  /** There are more fields than were kept. */
  partial: boolean;
}

/**
 * The fields of a JSON event, by their dotted names: `a.b`, `list.0.c`. Every leaf counts, those of arrays too.
 * A JSON-encoded string stays a string. Nulls give no field; booleans become 1 and 0.
 */
export function discoverFields(message: string, kept: Assumptions['keptFields']): Discovery {
  const all: [string, Value][] = [];
  const json = parseJson(message);
  if (json !== undefined) flatten(json, '', all);
  const partial = all.length > MAX_DISCOVERED_FIELDS;
  return { fields: new Map(partial ? KEEP[kept](all) : all), partial };
}

type Field = [name: string, value: Value];

/** Which of too many fields are kept is not documented. */
const KEEP: Record<Assumptions['keptFields'], (all: Field[]) => Field[]> = {
  first: (all) => all.slice(0, MAX_DISCOVERED_FIELDS),
  last: (all) => all.slice(-MAX_DISCOVERED_FIELDS),
  scattered: (all) =>
    all
      .map((field) => ({ field, hash: createHash('md5').update(field[0]).digest('hex') }))
      .sort((left, right) => (left.hash < right.hash ? -1 : 1))
      .slice(0, MAX_DISCOVERED_FIELDS)
      .map(({ field }) => field),
};

/** Only events that are a JSON object as a whole are discovered here; AWS also finds one within a Lambda line. */
function parseJson(message: string): object | undefined {
  if (!message.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

function flatten(json: object, prefix: string, fields: Field[]): void {
  for (const [key, value] of Object.entries(json)) {
    // "If the name of a discovered log field starts with the @ character", another one is put before it.
    const name = prefix ? `${prefix}.${key}` : key.startsWith('@') ? `@${key}` : key;
    if (value === null) continue;
    if (typeof value === 'object') flatten(value, name, fields);
    else fields.push([name, typeof value === 'boolean' ? Number(value) : value]);
  }
}
