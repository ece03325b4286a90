/** https://trino.io/docs/current/functions/datetime.html */
import { DuckDBDateValue, DuckDBTimestampValue } from '@duckdb/node-api';
import { notImitated, QueryError } from '../query-error.ts';
import { castTo, microsOf } from './casts.ts';
import { castSql } from './coerce.ts';
import type { Typed } from './environment.ts';
import { argumentsOf, type Call, type Compile, literalOf, nativeFunction, unexpected } from './function-call.ts';
import { instantOf, isZone, localTime } from './time.ts';
import { BIGINT, DATE, DOUBLE, INSTANT, isNumber, TIMESTAMP, type TimestampType, VARCHAR } from './types.ts';

type Moment = Typed & { type: TimestampType | { kind: 'date' } };

export const TIME_FUNCTIONS: Readonly<Record<string, Compile>> = {
  from_iso8601_timestamp: nativeFunction(
    [VARCHAR],
    INSTANT,
    (text: string) => new DuckDBTimestampValue(isoMicros(text)),
  ),
  from_iso8601_date: nativeFunction([VARCHAR], DATE, (text: string) => {
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw invalidFormat(text);
    return new DuckDBDateValue(Number(microsOf(text, () => invalidFormat(text)) / 86_400_000_000n));
  }),
  to_iso8601: (call) => {
    const { sql, type } = momentOf(call);
    if (type.kind === 'timestamp' && type.zone !== 'UTC') throw notImitated('to_iso8601 of other zones than UTC');
    return { sql: `strftime(${sql}, '${type.kind === 'date' ? '%Y-%m-%d' : '%Y-%m-%dT%H:%M:%S.%gZ'}')`, type: VARCHAR };
  },
  to_unixtime: (call) => ({ sql: `epoch(${momentOf(call).sql})`, type: DOUBLE }),
  from_unixtime: (call) => {
    const [seconds] = call.args;
    if (!seconds || call.args.length !== 1 || !isNumber(seconds.type)) throw unexpected(call);
    return { sql: `epoch_ms(CAST(round(${castSql(seconds.sql, DOUBLE)} * 1000) AS BIGINT))`, type: INSTANT };
  },
  date_trunc: (call) => truncated(momentOf(call, 1), unitOf(call, 0)),
  date_diff: dateDifference,
  date_add: dateAddition,
  date_format: (call) => formatted(momentOf(call), literalOf(call, 1), MYSQL_PARTS, /%(.)|([^%]+)/g),
  format_datetime: (call) =>
    formatted(momentOf(call), literalOf(call, 1), JODA_PARTS, /([A-Za-z])\1*|'([^']*)'|([^A-Za-z']+)/g),
  date_parse: (call) => {
    const pattern = parsePattern(literalOf(call, 1));
    const [text] = argumentsOf(call, [VARCHAR, VARCHAR]);
    if (!text) throw unexpected(call);
    const body = (value: string) => new DuckDBTimestampValue(parseWith(pattern, value));
    return { sql: call.natives.call(`date_parse ${call.literals[1]}`, [text], TIMESTAMP, body), type: TIMESTAMP };
  },
  date: (call) => castTo(call.args[0] as Typed, DATE, call.place, call.natives),
  current_timestamp: now,
  now,
  current_date: (call) => ({ sql: castSql(now(call).sql, DATE), type: DATE }),
  at_timezone: (call) => atZone(momentOf(call), literalOf(call, 1)),
  with_timezone: (call) => {
    const { sql, type } = momentOf(call);
    const zone = zoneOf(literalOf(call, 1));
    if (type.kind !== 'timestamp' || type.zone) throw unexpected(call);
    return { sql: instantOf(sql, zone), type: { ...type, zone } };
  },
  ...Object.fromEntries(
    Object.entries({
      year: 'year',
      quarter: 'quarter',
      month: 'month',
      week: 'week',
      day: 'day',
      day_of_week: 'isodow',
      day_of_year: 'doy',
      hour: 'hour',
      minute: 'minute',
      second: 'second',
    }).map(([name, part]) => [
      name,
      (call: Call) => ({ sql: `extract(${part} FROM ${localTime(momentOf(call))})`, type: BIGINT }),
    ]),
  ),
};

export function atZone(moment: Typed, zone: string): Typed {
  if (moment.type.kind !== 'timestamp') throw notImitated('AT TIME ZONE of other types than timestamps');
  return { sql: moment.sql, type: { ...moment.type, zone: zoneOf(zone) } };
}

function zoneOf(zone: string): string {
  if (!isZone(zone)) throw new QueryError('TIME_ZONE_NOT_SUPPORTED', `Time zone not supported: ${zone}`);
  return zone;
}

function momentOf(call: Call, index = 0): Moment {
  const value = call.args[index];
  if (value?.type.kind !== 'timestamp' && value?.type.kind !== 'date') throw unexpected(call);
  return value as Moment;
}

function now({ nowMs }: Call): Typed {
  return { sql: `epoch_ms(CAST(${Math.trunc(nowMs)} AS BIGINT))`, type: INSTANT };
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

function isoMicros(text: string): bigint {
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? [];
  if (date === undefined) throw invalidFormat(text);
  if (!/^(Z|[+-]00:?(00)?)$/.test(zone)) throw notImitated('ISO 8601 timestamps with other time zones than UTC');
  const cut = time.replace(',', '.').replace(/(\.\d{3})\d+/, '$1');
  return microsOf(`${date} ${cut}`, () => invalidFormat(text));
}

function invalidFormat(text: string): QueryError {
  return new QueryError('INVALID_FUNCTION_ARGUMENT', `Invalid format: "${text}"`);
}

const CLOCK_UNITS = ['millisecond', 'second', 'minute', 'hour'];
const UNITS = [...CLOCK_UNITS, 'day', 'week', 'month', 'quarter', 'year'];

function unitOf(call: Call, index: number): string {
  const unit = literalOf(call, index).toLowerCase();
  if (!UNITS.includes(unit)) throw new QueryError('INVALID_FUNCTION_ARGUMENT', `'${unit}' is not a valid field`);
  return unit;
}

function truncated(moment: Moment, unit: string): Typed {
  const { sql, type } = moment;
  if (type.kind === 'date') return { sql: castSql(`date_trunc('${unit}', ${sql})`, DATE), type };
  const local = localTime(moment);
  const floor = `date_trunc('${unit}', ${local})`;
  if (!type.zone || type.zone === 'UTC') return { sql: floor, type };
  // Within an hour, clocks run evenly: what is cut off is the same in both times, also in the hour that comes twice.
  if (CLOCK_UNITS.includes(unit)) return { sql: `(${sql} - (${local} - ${floor}))`, type };
  return { sql: instantOf(floor, type.zone), type };
}

/** Trino counts whole units, and DuckDB's date_diff the boundaries between. */
function dateDifference(call: Call): Typed {
  const unit = unitOf(call, 0);
  const [from, to] = [momentOf(call, 1), momentOf(call, 2)];
  if (!UNITS.slice(0, 6).includes(unit)) throw notImitated(`date_diff in ${unit}s`);
  if (from.type.kind !== to.type.kind) throw notImitated('date_diff of a date and a timestamp');
  refuseOtherZones([from, to], unit);
  const [a, b] = [from, to].map(({ sql }) => `CAST(${sql} AS TIMESTAMP)`);
  return { sql: `date_sub('${unit}', ${a}, ${b})`, type: BIGINT };
}

function dateAddition(call: Call): Typed {
  const unit = unitOf(call, 0);
  const moment = momentOf(call, 2);
  refuseOtherZones([moment], unit);
  const [, amount] = argumentsOf(call, [VARCHAR, BIGINT, moment.type]);
  const interval =
    unit === 'quarter'
      ? `to_months(CAST(3 * ${amount?.sql} AS INTEGER))`
      : `to_${unit}s(CAST(${amount?.sql} AS ${['day', 'week', 'month', 'year'].includes(unit) ? 'INTEGER' : 'BIGINT'}))`;
  return { sql: castSql(`(${moment.sql} + ${interval})`, moment.type), type: moment.type };
}

/** Days of a zone are not always of 24 hours. */
function refuseOtherZones(moments: readonly Moment[], unit: string): void {
  const isElsewhere = moments.some(({ type }) => type.kind === 'timestamp' && type.zone && type.zone !== 'UTC');
  if (isElsewhere && !CLOCK_UNITS.includes(unit))
    throw notImitated(`date_diff and date_add in ${unit}s in other zones than UTC`);
}

/** Patterns, as DuckDB's strftime has them. */
const MYSQL_PARTS: Readonly<Record<string, string>> = {
  Y: '%Y',
  m: '%m',
  d: '%d',
  H: '%H',
  i: '%M',
  s: '%S',
  f: '%f',
  y: '%y',
  j: '%j',
  T: '%H:%M:%S',
  '%': '%%',
};
const JODA_PARTS: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  YYYY: '%Y',
  yy: '%y',
  MM: '%m',
  dd: '%d',
  HH: '%H',
  mm: '%M',
  ss: '%S',
  SSS: '%g',
  DDD: '%j',
};

function formatted(moment: Moment, pattern: string, parts: Readonly<Record<string, string>>, tokens: RegExp): Typed {
  const isJoda = parts === JODA_PARTS;
  const strftime = [...pattern.matchAll(tokens)].map(([whole, part, quotedText, rest]) => {
    if (part === undefined) return (isJoda ? (quotedText ?? rest ?? '') : whole).replaceAll('%', '%%');
    const written = parts[isJoda ? whole : part];
    if (!written) throw notImitated(`the part '${whole}' of a time's format`);
    return written;
  });
  return { sql: `strftime(${localTime(moment)}, '${strftime.join('').replaceAll("'", "''")}')`, type: VARCHAR };
}

interface ParsePattern {
  regex: RegExp;
  parts: readonly string[];
}

function parsePattern(pattern: string): ParsePattern {
  const parts: string[] = [];
  const regex = [...pattern.matchAll(/%(.)|([^%]+)/g)].map(([whole, part]) => {
    if (part === undefined) return whole.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    if (!'YmdHis'.includes(part)) throw notImitated(`the part '${whole}' of date_parse`);
    parts.push(part);
    return part === 'Y' ? '(\\d{4})' : '(\\d{1,2})';
  });
  return { regex: new RegExp(`^${regex.join('')}$`), parts };
}

function parseWith({ regex, parts }: ParsePattern, text: string): bigint {
  const [, ...values] = regex.exec(text) ?? [];
  if (values.length !== parts.length || parts.length === 0) throw invalidFormat(text);
  const part = (name: string, missing: string) => values[parts.indexOf(name)] ?? missing;
  const date = `${part('Y', '1970')}-${part('m', '1')}-${part('d', '1')}`;
  return microsOf(`${date} ${part('H', '0')}:${part('i', '0')}:${part('s', '0')}`, () => invalidFormat(text));
}
