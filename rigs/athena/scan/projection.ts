/** Partition projection: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
import { notImitated, QueryError } from '../query-error.ts';
import { formatDate, patternOf, readDate, UNITS, type Unit } from './dates.ts';

export interface ProjectedColumn {
  name: string;
  injected: boolean;
  /** What a value looks like in a location, as the source of a regular expression. */
  pattern: string;
  /** Whether the projection gives the value, at a time in milliseconds since 1970. */
  gives(value: string, nowMs: number): boolean;
}

type Properties = Readonly<Record<string, string>>;

/** @throws QueryError when properties are missing */
export function projectedColumn(name: string, properties: Properties): ProjectedColumn {
  const property = (key: string) => properties[`projection.${name}.${key}`]?.trim();
  const required = (key: string) => property(key) ?? fail(name, key);
  const type = required('type').toLowerCase();
  switch (type) {
    case 'enum':
      return enumeration(name, properties[`projection.${name}.values`] ?? fail(name, 'values'));
    case 'integer':
      return integers(name, required('range'), Number(property('interval') ?? 1), Number(property('digits') ?? 0));
    case 'date':
      return dates(name, required('range'), required('format'), property('interval'), property('interval.unit'));
    case 'injected':
      return { name, injected: true, pattern: '[^/]+', gives: () => true };
  }
  throw notImitated(`the projection type ${type}`);
}

function fail(name: string, key: string): never {
  throw new QueryError('INVALID_TABLE_PROPERTY', `Table property projection.${name}.${key} is required`);
}

/** "Any white space is considered part of an enum value." */
function enumeration(name: string, list: string): ProjectedColumn {
  const values = list.split(',');
  const pattern = values.map((value) => value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|');
  return { name, injected: false, pattern, gives: (value) => values.includes(value) };
}

function integers(name: string, range: string, interval: number, digits: number): ProjectedColumn {
  const [least, most] = range.split(',').map(Number);
  if (least === undefined || most === undefined) fail(name, 'range');
  const written = (value: number) =>
    value < 0 ? `-${String(-value).padStart(digits, '0')}` : String(value).padStart(digits, '0');
  return {
    name,
    injected: false,
    pattern: '-?\\d+',
    gives(text) {
      const value = Number(text);
      return value >= least && value <= most && (value - least) % interval === 0 && written(value) === text;
    },
  };
}

const RELATIVE = /^\s*NOW\s*(?:([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?\s*)?$/;

function dates(
  name: string,
  range: string,
  format: string,
  interval: string | undefined,
  unitText: string | undefined,
): ProjectedColumn {
  const [least = '', most = ''] = range.split(',');
  const finest = patternOf(format).finest;
  const unit = (unitText?.toUpperCase().replace(/S?$/, 'S') ??
    (finest === 'DAYS' || finest === 'MONTHS' ? finest : fail(name, 'interval.unit'))) as Unit;
  if (!UNITS.includes(unit)) throw notImitated(`the projection interval unit ${unit}`);
  const steps = Number(interval ?? (unitText ? fail(name, 'interval') : 1));
  /** A range's end, cut to what the format shows. */
  const bound = (text: string, nowMs: number): number => {
    const relative = RELATIVE.exec(text);
    const time = relative
      ? shift(nowMs, Number(`${relative[1] ?? '+'}${relative[2] ?? 0}`), `${relative[3] ?? 'SECOND'}S` as Unit)
      : readDate(text, format);
    const shown = time === undefined ? undefined : readDate(formatDate(time, format), format);
    return shown ?? fail(name, 'range');
  };
  return {
    name,
    injected: false,
    pattern: patternOf(format).source,
    gives(text, nowMs) {
      const time = readDate(text, format);
      if (time === undefined) return false;
      const start = bound(least, nowMs);
      return time >= start && time <= bound(most, nowMs) && isStep(start, time, steps, unit);
    },
  };
}

const LENGTH_MS: Readonly<Partial<Record<Unit, number>>> = {
  WEEKS: 604_800_000,
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
};

/** Months and years do not have one length: they are counted. */
function isStep(start: number, time: number, steps: number, unit: Unit): boolean {
  const length = LENGTH_MS[unit];
  if (length) return (time - start) % (steps * length) === 0;
  const months = monthOf(time) - monthOf(start);
  const each = steps * (unit === 'YEARS' ? 12 : 1);
  return months % each === 0 && shift(start, months, 'MONTHS') === time;
}

function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function shift(time: number, amount: number, unit: Unit): number {
  const length = LENGTH_MS[unit];
  if (length) return time + amount * length;
  const date = new Date(time);
  return date.setUTCMonth(date.getUTCMonth() + amount * (unit === 'YEARS' ? 12 : 1));
}
