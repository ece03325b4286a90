/** Partition projection, of the two types that our table has: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
import { type DuckDBType, VARCHAR } from '@duckdb/node-api';
import { notImitated } from '../errors.ts';

export interface Partition {
  name: string;
  injected: boolean;
  /** What a value looks like in a location, as the source of a regular expression. */
  pattern: string;
  /** Whether the projection gives the value, at a time in milliseconds since 1970. */
  gives(value: string, nowMs: number): boolean;
}

const HOURLY = { format: 'yyyy/MM/dd/HH', interval: '1', 'interval.unit': 'HOURS' };

/** @throws QueryError of what is projected otherwise */
export function projected(name: string, type: DuckDBType, properties: Readonly<Record<string, string>>): Partition {
  const property = (key: string) => properties[`projection.${name}.${key}`];
  if (type !== VARCHAR) throw notImitated('partition columns other than strings');
  if (property('type') === 'injected') return { name, injected: true, pattern: '[^/]+', gives: () => true };
  const isHourly = Object.entries(HOURLY).every(([key, value]) => property(key) === value);
  const first = /^(\d{4}\/\d\d\/\d\d\/\d\d),NOW$/.exec(property('range') ?? '')?.[1];
  if (property('type') !== 'date' || !isHourly || !first)
    throw notImitated(`the projection of ${name}, which is neither injected nor of hours until NOW`);
  return {
    name,
    injected: false,
    pattern: '\\d{4}/\\d{2}/\\d{2}/\\d{2}',
    gives: (value, nowMs) => isHour(value) && value >= first && value <= hourOf(nowMs),
  };
}

function isHour(value: string): boolean {
  const time = Date.parse(`${value.slice(0, 10).replaceAll('/', '-')}T${value.slice(11)}:00:00Z`);
  return !Number.isNaN(time) && hourOf(time) === value;
}

function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
}
