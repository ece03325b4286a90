import { Structure, Timestamp, type Value } from './values.ts';

export type Notation = 'plain' | 'java';

/** How results print a value: always text. */
export function display(value: Exclude<Value, undefined>, notation: Notation = 'plain'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return notation === 'java' ? javaDouble(value) : plainNumber(value);
  if (value instanceof Timestamp) return displayTime(value.ms);
  return JSON.stringify(value.json);
}

/** No exponent, and a point only where there is a fraction. */
function plainNumber(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : withoutExponent(value);
}

/** 2.5e-7 as 0.00000025. */
function withoutExponent(value: number): string {
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-Number(exponent) - 1)}${digits}`;
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

/** For functions and comparisons that work on text. */
export function asString(value: Value): string | undefined {
  if (value === undefined || value instanceof Structure) return undefined;
  return typeof value === 'string' ? value : display(value);
}
