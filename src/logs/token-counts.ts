import type { TokenCounts } from '../domain/invocation.ts';
import { byCounter, COUNTER_NAMES, type Counter, EXPECTED_COUNTERS } from '../domain/usage-class.ts';
import { DETAIL_FIELDS, fieldsOf } from './count-fields.ts';
import { COUNT_PLACES, DETAILS, LIFETIMES, TOTAL } from './count-table.ts';
import type { Kept } from './json-fields.ts';

/**
 * Finds the token counts of a record: at its top level, in the response body's usage, and in the last stream event.
 * The places and what each family means by "input" are in docs/log-records.md; each counter takes the largest value seen.
 */

type Fields = { readonly [field: string]: Kept };

const COUNTER_BY_FIELD = new Map<string, Counter>(
  COUNTER_NAMES.flatMap((counter) => fieldsOf(counter).map((field) => [field, counter] as const)),
);

/** No model takes this many tokens in one request; a larger count is damage, not usage. */
export const MAX_COUNT = 1_000_000_000;

/** Thrown for a count that is damage. One frozen instance: damaged input may hold millions of such lines. */
export const BAD_COUNT: Error = Object.freeze(new Error('bad count'));

// Names by themselves, for the sake of speed: this runs several times for each record.
const { holder: WRITES, short: SHORT, long: LONG } = LIFETIMES.claude;
const { holder: WRITE_LIST, count: LISTED, lifetime: LIFETIME, long: HOUR } = LIFETIMES.converse;
const { chat: CHAT, responses: RESPONSES } = DETAILS;
const [PARTS, PART_COUNT] = COUNT_PLACES.output.parts;

/** What of a body is read to find counts. */
export const USAGE_FIELDS = {
  ...kept(...COUNTER_BY_FIELD.keys(), TOTAL),
  [WRITE_LIST]: kept(LIFETIME, LISTED),
  [WRITES]: kept(SHORT, LONG),
  [RESPONSES]: kept(...DETAIL_FIELDS.map(({ field }) => field)),
  [CHAT]: kept(...DETAIL_FIELDS.map(({ field }) => field)),
  [PARTS]: kept(PART_COUNT),
};

function kept(...fields: readonly string[]): Record<string, true> {
  return Object.fromEntries(fields.map((field) => [field, true]));
}

/** Fields of which a stream event, or another element of an array, has one if it states a count. */
export const COUNT_MARKS: readonly string[] = ['usage', LIFETIME, PART_COUNT, ...COUNTER_BY_FIELD.keys()];

/** True for a JSON object. */
export function isFields(value: Kept | undefined): value is { [field: string]: Kept } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A count as it is stated: a number, or its digits as text. Undefined where there is none: absent, null, or a structure.
 * @throws BAD_COUNT for anything but a whole number from 0 to 10^9
 */
function countOf(value: Kept | undefined): number | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= MAX_COUNT) return count + 0;
  throw BAD_COUNT;
}

/** What one object states. */
interface Reading extends TokenCounts {
  /** The reported input when it held the cached tokens too; else undefined. */
  inclusiveInput: number | undefined;
}

function more(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}

/** Takes a count into a counter that may state another already. */
function raise(counts: TokenCounts, counter: Counter, count: number | undefined): void {
  if (count !== undefined) counts[counter] = Math.max(counts[counter] ?? 0, count);
}

/** The counts one object states. One pass over its fields: this runs several times for each record. */
function readingFromFields(fields: Fields): Reading {
  const reading: Reading = { ...NO_TOKENS, inclusiveInput: undefined };
  let hasDetails = false;
  let total: number | undefined;
  for (const name in fields) {
    const value = fields[name] as Kept;
    const counter = COUNTER_BY_FIELD.get(name);
    if (counter !== undefined) raise(reading, counter, countOf(value));
    else if (name === TOTAL) total = countOf(value);
    else if (name === PARTS) raise(reading, 'output', sumOfParts(value));
    else if (name === WRITE_LIST || name === WRITES) addWriteSplit(reading, value);
    else if ((name === RESPONSES || name === CHAT) && isFields(value)) {
      // OpenAI shapes: the input number holds the cached tokens too, and this names them.
      hasDetails = true;
      for (const { counter: of, field } of DETAIL_FIELDS) raise(reading, of, countOf(value[field]));
    }
  }
  const cached = reading.cacheRead + reading.cacheWrite;
  const { input = 0, output = 0 } = reading;
  // A Converse total that equals input + output leaves no room for cached tokens beside the input: they are inside it.
  const inside = hasDetails || total === input + output;
  if (cached > 0 && inside && input >= cached) {
    reading.inclusiveInput = input;
    reading.input = input - cached;
  }
  return reading;
}

/** The cache writes by lifetime, from Converse or Claude. Bodies alone have them. */
function addWriteSplit(reading: Reading, value: Kept): void {
  let short = 0;
  let long = 0;
  if (isFields(value)) {
    short = countOf(value[SHORT]) ?? 0;
    long = countOf(value[LONG]) ?? 0;
  } else if (Array.isArray(value)) {
    for (const detail of value.filter(isFields)) {
      const tokens = countOf(detail[LISTED]) ?? 0;
      if (detail[LIFETIME] === HOUR) long += tokens;
      else short += tokens;
    }
  }
  raise(reading, 'cacheWrite', countOf(short + long));
  raise(reading, 'cacheWrite1h', long);
  raise(reading, 'cacheWriteKnown', short + long);
}

/** Titan answers in parts, each with its own count. */
function sumOfParts(value: Kept): number | undefined {
  if (!Array.isArray(value)) return undefined;
  const counts = value.filter(isFields).flatMap((result) => countOf(result[PART_COUNT]) ?? []);
  return counts.length === 0 ? undefined : countOf(counts.reduce((sum, count) => sum + count, 0));
}

/** The objects of a body (or of one stream event) that may state counts. */
function statements(body: Fields): Fields[] {
  const found: Fields[] = [body];
  const add = (value: Kept | undefined) => {
    if (isFields(value)) found.push(value);
  };
  const nested = (value: Kept | undefined) => {
    if (isFields(value)) add(value['usage']);
  };
  add(body['usage']);
  add(body['amazon-bedrock-invocationMetrics']);
  nested(body['message']);
  nested(body['metadata']);
  nested(body['response']);
  return found;
}

/** Takes, counter by counter, the largest value that is stated. Used within a record and between records of one request. */
export function largest(a: TokenCounts, b: TokenCounts): TokenCounts {
  return byCounter((name) => more(a[name], b[name])) as TokenCounts;
}

/**
 * The counts of a record.
 * @param input the record's `input` object
 * @param output the record's `output` object
 * @param bodies the response body, or the events of a response stream
 * @throws BAD_COUNT
 */
export function tokenCounts(input: Fields, output: Fields, bodies: readonly Fields[]): TokenCounts {
  const readings = [input, output, ...bodies.flatMap(statements)].map(readingFromFields);
  const inclusive = readings.find((reading) => reading.inclusiveInput !== undefined);
  if (inclusive) {
    // The same number stands at the top level, where nothing says that it holds the cached tokens.
    for (const reading of readings) if (reading.input === inclusive.inclusiveInput) reading.input = inclusive.input;
  }
  const counts = { ...NO_TOKENS };
  for (const reading of readings) for (const name of COUNTER_NAMES) raise(counts, name, reading[name]);
  return counts;
}

const NO_TOKENS = byCounter((name) =>
  EXPECTED_COUNTERS.some((expected) => expected === name) ? undefined : 0,
) as TokenCounts;
