/**
 * Values while a query runs. Fields of JSON events are strings and numbers; booleans are 1 and 0, as
 * the documentation prints them (`isempty` "Returns 1", strcontains, `ispresent` in an older text).
 */
export type Value = undefined | string | number | Timestamp | Structure;

/** What `@timestamp`, `bin` and `fromMillis` give: printed as a date, computed with as milliseconds. */
export class Timestamp {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/**
 * A map or list from jsonParse: "treated as null for string, number, and datetime functions"
 * (CWL_QuerySyntax-operations-functions, Structure types).
 */
export class Structure {
  readonly json: object;

  constructor(json: object) {
    this.json = json;
  }
}

const NUMERIC = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Numbers, and strings that look like one: `accountId=123456789012` is an example of the filter page. */
export function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return NUMERIC.test(value) ? Number(value) : undefined;
  return value instanceof Timestamp ? value.ms : undefined;
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

export function fromJson(json: unknown): Value {
  if (json === null || json === undefined) return undefined;
  if (typeof json === 'object') return new Structure(json);
  return typeof json === 'boolean' ? Number(json) : (json as string | number);
}
