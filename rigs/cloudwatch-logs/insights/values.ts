/**
 * Values while a query runs. Fields of JSON events are strings and numbers; booleans are 1 and 0, as
 * the documentation prints them (`isempty` "Returns 1", strcontains, `ispresent` in an older text).
 */
export type Value = undefined | string | number | Timestamp | Structure;

/** What `@timestamp` is: printed as a date, computed with as milliseconds. */
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

/** For functions and comparisons that work on text. */
export function asString(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined || value instanceof Structure ? undefined : display(value);
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

/** What stands in a map or list. */
export function within(value: Value, path: readonly (string | number)[]): Value {
  if (!(value instanceof Structure)) return undefined;
  let inner: unknown = value.json;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<string | number, unknown>)[key];
  }
  return fromJson(inner);
}

export type Notation = 'plain' | 'java';

/** How results print a value: always text. */
export function display(value: Exclude<Value, undefined>, notation: Notation = 'plain'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return notation === 'java' ? javaDouble(value) : plainNumber(value);
  return value instanceof Timestamp ? displayTime(value.ms) : JSON.stringify(value.json);
}

/** No exponent, and a point only where there is a fraction: 2.5e-7 is 0.00000025. */
function plainNumber(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}

/** Double.toString: 15.0, 6.7E7. */
function javaDouble(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0.0';
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

/** `2024-11-20 15:45:00.000`, in UTC (a real result: grafana/grafana#96916). */
function displayTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}
