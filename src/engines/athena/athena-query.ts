import { HOUR_MS } from '../../domain/period.ts';
import { limitsOfSize, type RequestSize } from '../../domain/request-size.ts';
import { CONTEXT_BANDS } from '../../domain/usage.ts';
import { byCounter, COUNTER_NAMES, type Counter, columnOf } from '../../domain/usage-class.ts';
import { fieldsOf, OWN_FIELDS, placesOf } from '../../logs/count-fields.ts';
import { DETAILS, LIFETIMES, TOTAL } from '../../logs/count-table.ts';
import { BAD_COUNT_REASON } from '../../logs/record.ts';
import { MAX_COUNT } from '../../logs/token-counts.ts';
import { promptExpression, shapeSql } from '../grouping/counts.ts';
import { type Column, mergedColumn, PRICED_ATTRIBUTES } from '../scans/result-row.ts';
import type { Scan } from '../scans/scan.ts';

/**
 * Athena's SQL (engine version 3, Trino), all of it: https://trino.io/docs/current/functions.html. It reads bodies for what they
 * state of tokens, tier and guardrails, and nothing of a body is in a result.
 */
export interface AthenaQuery {
  text: string;
  /** What the columns `b0`, `b1`, … of a result are. */
  columns: readonly Column[];
}

/** Whose logs a query reads: injected partition columns must be named. */
export interface LogFolders {
  accounts: readonly string[];
  regions: readonly string[];
}

/** A record can be delivered after its hour, and then lies in the folder of a later one. */
const LATE_MS = 3 * HOUR_MS;

/** The other record of a request can be of the hour before. */
const EARLY_MS = HOUR_MS;

/** What a count that is damage becomes, so that it is above MAX_COUNT whatever is added to it. */
const BAD_COUNT = 2 * MAX_COUNT;

/** A count `v` as it is stated in text; -1 where it is not. A whole number can also be written as 1000.0 or 1e3. */
const COUNT = `CASE WHEN v IS NULL THEN -1 WHEN TRY_CAST(v AS double) BETWEEN 0 AND ${MAX_COUNT} AND TRY_CAST(v AS double) = floor(TRY_CAST(v AS double)) THEN CAST(TRY_CAST(v AS double) AS bigint) ELSE ${BAD_COUNT} END`;

/** A merged counter: zero where no record of the request states it. */
export const merged = (name: Counter) => `greatest(0, ${mergedColumn(name)})`;

/** Of writes whose lifetime is told, no more than was written. */
const summed = (name: Counter) =>
  name === 'cacheWriteKnown' ? `least(${merged('cacheWrite')}, ${merged(name)})` : merged(name);

/**
 * The query that finds what a scan needs. As everywhere (logs/token-counts.ts, engines/grouping/merge.ts), each counter takes the largest
 * value that a record or a repeat of it states, and everything else comes from the record with the largest counters.
 * @param table as SQL writes it: `database.table`
 */
export function usageQuery(
  { from, to, attributes, cellMs, edges = [], only }: Scan,
  table: string,
  folders: LogFolders,
): AthenaQuery {
  const columns = [...PRICED_ATTRIBUTES, ...attributes];
  const keys = columns.map((_, index) => `b${index}`);
  const extras = [
    ...(cellMs ? [`t / ${cellMs} AS cell`] : []),
    ...(edges.length > 0 ? [`${edges.map((edge) => `IF(t >= ${edge}, 1, 0)`).join(' + ')} AS part`] : []),
    ...(limitsOfSize(only).length > 0 ? [`IF(${sizeSql(only)}, 1, 0) AS fits`] : []),
  ];
  const groups = [...keys, 'reject', 'band', ...extras, 'shape'];
  const text = `${requestsSql(columns, table, folders, from, to)}
SELECT ${[...keys, 'reject', `${bandSql()} AS band`, ...extras].join(', ')},
  ${shapeSql(merged, (name) => `${mergedColumn(name)} >= 0`)} AS shape,
  count(*) AS invocations, sum(n) AS records, ${COUNTER_NAMES.map((name) => `sum(${summed(name)}) AS ${columnOf(name)}`).join(', ')},
  min(t) AS first, max(t) AS last
FROM requested
WHERE reject <> '' OR (t >= ${from} AND t < ${to})
GROUP BY ${groups.map((_, index) => index + 1).join(', ')}`;
  return { text, columns };
}

/** The table `requested`: one row for each request, with `b0`…, the counters, `n` and `t`. @param columns what the columns are */
export function requestsSql(
  columns: readonly Column[],
  table: string,
  folders: LogFolders,
  from: number,
  to: number,
): string {
  const steps = [
    ['logged', loggedStep(table, folders, from, to)],
    ['bodied', BODIED],
    ['stated', STATED],
    ['held', HELD_STEP],
    ['written', WRITTEN_STEP],
    ['insides', INSIDE_STEP],
    ['counted', COUNTED],
    ['recorded', recordedStep(columns)],
    ['requested', requestedStep(columns)],
  ];
  return `WITH ${steps.map(([name, sql]) => `${name} AS (\n${sql}\n)`).join(',\n')}`;
}

/** The keys of request metadata there are. */
export function metadataQuery({ from, to }: Pick<Scan, 'from' | 'to'>, table: string, folders: LogFolders): string {
  return `SELECT DISTINCT key FROM ${table} CROSS JOIN UNNEST(map_keys(requestmetadata)) AS keys (key)
WHERE ${partitionsSql(folders, from, to)}
ORDER BY key
LIMIT 1000`;
}

/** The first and the last hour whose folders can hold records of a period. */
export function hoursRead(from: number, to: number): { first: string; last: string } {
  return { first: hourFolder(from - EARLY_MS), last: hourFolder(to - 1 + LATE_MS) };
}

/** `2026/10/14/05`, as the folders are named. */
export function hourFolder(at: number): string {
  return new Date(at).toISOString().slice(0, 13).replace(/[-T]/g, '/');
}

function partitionsSql({ accounts, regions }: LogFolders, from: number, to: number): string {
  const hours = hoursRead(from, to);
  return [
    `log_account IN (${accounts.map(textSql).join(', ')})`,
    `log_region IN (${regions.map(textSql).join(', ')})`,
    `log_hour BETWEEN '${hours.first}' AND '${hours.last}'`,
    // Bodies over 100 KB lie below the same hours.
    `"$path" NOT LIKE '%/____/__/__/__/data/%'`,
  ].join(' AND ');
}

/** Begins the ids of requests that are logged without one. */
export const OWN_ID = '?';

/** A record without a request id is a request of its own. */
function loggedStep(table: string, folders: LogFolders, from: number, to: number): string {
  return `SELECT coalesce(schematype, '') AS kind,
  CAST(round(to_unixtime(TRY(from_iso8601_timestamp("timestamp"))) * 1000) AS bigint) AS t,
  coalesce(accountid, '') AS accountid, coalesce(region, '') AS region,
  coalesce(nullif(requestid, ''), concat('${OWN_ID}', CAST(uuid() AS varchar))) AS requestid,
  coalesce(operation, '') AS operation, coalesce(modelid, '') AS modelid, coalesce(errorcode, '') AS errorcode,
  coalesce(identity.arn, '') AS arn, coalesce(inferenceregion, '') AS inferenceregion, requestmetadata,
  servicetier, performanceconfig.latency AS latency,
  ${OWN_COUNTS.map(({ counter, field }) => `${largestOf([field])} AS own_${columnOf(counter)}`).join(',\n  ')},
  lower(input.inputbodyjson) AS request, lower(output.outputbodyjson) AS body
FROM ${table}
WHERE ${partitionsSql(folders, from, to)}`;
}

/** The response body, or the events of a response stream. Keys are in lower case from here on. */
const BODIED = `SELECT *,
  CASE WHEN body LIKE '[%' THEN coalesce(TRY(CAST(json_parse(body) AS array(json))), CAST(ARRAY[] AS array(json)))
    WHEN body LIKE '{%' THEN filter(ARRAY[TRY(json_parse(body))], e -> e IS NOT NULL)
    ELSE CAST(ARRAY[] AS array(json)) END AS events
FROM logged`;

/** The objects of a body, or of an event, that may state counts. */
const STATEMENTS = [
  '$.usage',
  '$["amazon-bedrock-invocationmetrics"]',
  '$.message.usage',
  '$.metadata.usage',
  '$.response.usage',
];

const STATED = `SELECT *,
  filter(flatten(transform(events, e -> ARRAY[e, ${STATEMENTS.map((path) => `json_extract(e, '${path}')`).join(', ')}])), h -> h IS NOT NULL) AS holders
FROM bodied`;

/** Where a record states a counter itself. */
const OWN_COUNTS = OWN_FIELDS.map(({ counter, holder, field }) => ({
  counter,
  field: `${holder}.${field.toLowerCase()}`,
}));

/** OpenAI's objects that name the cached tokens which the input number holds. */
const DETAIL_HOLDERS = [DETAILS.responses, DETAILS.chat];

const { claude: CLAUDE, converse: CONVERSE } = LIFETIMES;

/** What each holder states, as an array over them, -1 for nothing: every field is looked up once. */
const HELD = {
  ...byCounter((counter) => {
    const { detail, parts } = placesOf(counter);
    const details = detail === undefined ? [] : DETAIL_HOLDERS.map((holder) => bodyPath(holder, detail));
    const stated = largestOf(
      [...fieldsOf(counter).map((field) => bodyPath(field)), ...details].map((path) => textAt('h', path)),
    );
    return parts ? `greatest(${stated}, ${listSumSql(...parts)})` : stated;
  }),
  cacheWrite1h: `greatest(${writesSql(CLAUDE.long)}, ${listSumSql(CONVERSE.holder, CONVERSE.count, CONVERSE.long)})`,
  cacheWriteKnown: `greatest(${[CLAUDE.short, CLAUDE.long].map((name) => `greatest(0, ${writesSql(name)})`).join(' + ')}, ${listSumSql(CONVERSE.holder, CONVERSE.count)})`,
  detailed: `IF(${DETAIL_HOLDERS.map((holder) => `json_extract(h, '${bodyPath(holder)}') IS NOT NULL`).join(' OR ')}, 1, 0)`,
  total: largestOf([textAt('h', bodyPath(TOTAL))]),
};

/** Where steps lead in a body. */
function bodyPath(...steps: readonly string[]): string {
  return `$.${steps.join('.').toLowerCase()}`;
}

/** Claude's cache writes of one lifetime. */
function writesSql(name: string): string {
  return largestOf([textAt('h', bodyPath(CLAUDE.holder, name))]);
}

const HELD_STEP = `SELECT *,
  ${Object.entries(HELD)
    .map(([name, expression]) => `transform(holders, h -> ${expression}) AS h_${columnOf(name as Counter)}`)
    .join(',\n  ')}
FROM stated`;

/** An array of what an expression over `i`, the place of a holder, gives. */
function eachHolder(expression: string): string {
  return `IF(cardinality(holders) = 0, CAST(ARRAY[] AS array(bigint)), transform(sequence(1, cardinality(holders)), i -> ${expression}))`;
}

function held(name: keyof typeof HELD | 'write' | 'inside'): string {
  return `element_at(h_${columnOf(name as Counter)}, i)`;
}

/** The same, zero for what is not stated. */
function heldCount(name: Parameters<typeof held>[0]): string {
  return `greatest(0, ${held(name)})`;
}

/** Cache writes by lifetime are cache writes, too. */
const WRITTEN_STEP = `SELECT *, ${eachHolder(`greatest(${held('cacheWrite')}, ${heldCount('cacheWriteKnown')})`)} AS h_write
FROM held`;

const CACHED = `${heldCount('cacheRead')} + ${heldCount('write')}`;

/** Cached tokens that the input number holds: a Converse total that equals input + output leaves no room for them beside it. */
const INSIDE_STEP = `SELECT *, ${eachHolder(
  `IF((${held('detailed')} = 1 OR ${held('total')} = ${heldCount('input')} + ${heldCount('output')}) AND ${held('input')} >= ${CACHED}, ${CACHED}, 0)`,
)} AS h_inside
FROM written`;

/** The first input number that holds cached tokens; the same number at the top level is the same thing. */
const COUNTED = `SELECT *,
  ${eachHolder(`${held('input')} - ${held('inside')}`)} AS inputs,
  element_at(filter(${eachHolder(`IF(${held('inside')} > 0, ${held('input')})`)}, x -> x IS NOT NULL), 1) AS inclusive,
  element_at(filter(h_inside, x -> x > 0), 1) AS included
FROM insides`;

function recordedStep(columns: readonly Column[]): string {
  const inputs = 'array_max(transform(concat(ARRAY[own_input], inputs), x -> IF(x = inclusive, x - included, x)))';
  const stated = (counter: Counter) => {
    if (counter === 'input') return inputs;
    const column = counter === 'cacheWrite' ? 'h_write' : `h_${columnOf(counter)}`;
    const own = OWN_COUNTS.some((one) => one.counter === counter) ? `own_${columnOf(counter)}` : '-1';
    return `greatest(${own}, coalesce(array_max(${column}), -1))`;
  };
  return `SELECT accountid, region, requestid, t,
  CASE WHEN kind <> 'ModelInvocationLog' THEN 'not a ModelInvocationLog record' WHEN t IS NULL THEN 'unreadable timestamp' ELSE '' END AS reject,
  ${COUNTER_NAMES.map((counter) => `${stated(counter)} AS c_${columnOf(counter)}`).join(',\n  ')},
  ${columns.map((column, index) => `${columnSql(column)} AS a${index}`).join(',\n  ')}
FROM counted`;
}

/** One row for each request. What is no record has no request: each counts by itself. */
function requestedStep(columns: readonly Column[]): string {
  const counters = COUNTER_NAMES.map((name) => `c_${columnOf(name)}`);
  const whole = (name: Counter) => `greatest(0, c_${columnOf(name)})`;
  const sizes = `CAST(${promptExpression(whole)} + ${whole('output')} AS decimal(38, 0))`;
  // The fullest record; the earliest of equals. 2^42 ms reaches the year 2109.
  const rank = `${sizes} * 4398046511104 + (4398046511103 - coalesce(t, 0))`;
  return `SELECT accountid, region, requestid, reject, max_by(t, ${rank}) AS t, count(*) AS n,
  ${COUNTER_NAMES.map((name) => `max(c_${columnOf(name)}) AS ${mergedColumn(name)}`).join(', ')},
  ${columns.map((_, index) => `max_by(a${index}, ${rank}) AS b${index}`).join(',\n  ')}
FROM (
  SELECT accountid, region, requestid, t, ${counters.join(', ')}, ${columns.map((_, index) => `a${index}`).join(', ')},
    IF(reject = '' AND greatest(${counters.join(', ')}) > ${MAX_COUNT}, ${textSql(BAD_COUNT_REASON)}, reject) AS reject
  FROM recorded
)
GROUP BY accountid, region, requestid, reject`;
}

function columnSql(column: Column): string {
  if (column.startsWith('metadata.'))
    return `coalesce(element_at(requestmetadata, ${textSql(column.slice('metadata.'.length))}), '')`;
  return COLUMNS[column as keyof typeof COLUMNS];
}

/** What an event says of its tier, as an expression over `e`; in its last event that says it, a response does. */
const TIER_PATHS = [
  '$.servicetier.type',
  '$.servicetier',
  '$.metadata.servicetier.type',
  '$.service_tier',
  '$.usage.service_tier',
  '$.response.service_tier',
];

/** As tierFromTexts in logs/record.ts, which reads the result; empty where nothing is said. */
function tierSql(tier: string, latency: string): string {
  return `CASE WHEN ${latency} = 'optimized' THEN 'latency-optimized' WHEN coalesce(${tier}, 'auto') = 'auto' THEN IF(${latency} = 'standard', 'standard') WHEN ${tier} = 'default' THEN 'standard' ELSE ${tier} END`;
}

function tierAt(json: string): string {
  return tierSql(firstSql(TIER_PATHS.map((path) => textAt(json, path))), textAt(json, '$.performanceconfig.latency'));
}

const OWN_TIER = tierSql(
  firstSql([textAt('servicetier', '$.type'), `IF(servicetier NOT LIKE '{%', servicetier)`]),
  'latency',
);

/** The last thing that a stream says of why it stopped. */
const STOP_PATHS = [
  '$.stopreason',
  '$.stop_reason',
  '$.delta.stop_reason',
  '$.messagestop.stopreason',
  '$.message.stop_reason',
];

/** Bedrock writes stop reasons in lower case, as everything of a body is here. */
const STOP_REASON = `coalesce(${lastSql(firstSql(STOP_PATHS.map((path) => textAt('e', path))))}, '')`;

const METRICS = '$["amazon-bedrock-invocationmetrics"]';

const LATENCY_PATHS = [`${METRICS}.invocationlatency`, '$.metrics.latencyms', '$.metadata.metrics.latencyms'];

const COLUMNS = {
  model: 'modelid',
  region: 'region',
  error: 'errorcode',
  tier: `coalesce(${lastSql(tierAt('e'))}, ${OWN_TIER}, ${tierAt('request')}, '')`,
  // It is part of the tier already.
  latency: `''`,
  account: 'accountid',
  caller: 'arn',
  operation: 'operation',
  inferenceRegion: 'inferenceregion',
  status: `IF(any_match(events, e -> coalesce(${textAt('e', '$["amazon-bedrock-guardrailaction"]')}, '') = 'intervened') OR ${STOP_REASON} = 'guardrail_intervened', 'guardrail_intervened', '')`,
  stopReason: STOP_REASON,
  latencyMs: millisecondsSql(LATENCY_PATHS),
  firstByteMs: millisecondsSql([`${METRICS}.firstbytelatency`]),
  requestMetadata: `coalesce(json_format(CAST(requestmetadata AS json)), '')`,
};

/** The last that a body says of a time. */
function millisecondsSql(paths: readonly string[]): string {
  return `coalesce(${lastSql(firstSql(paths.map((path) => textAt('e', path))))}, '')`;
}

/** The last event for which an expression over `e` has a value. */
function lastSql(expression: string): string {
  return `element_at(filter(transform(events, e -> ${expression}), x -> x IS NOT NULL), -1)`;
}

function firstSql(expressions: readonly string[]): string {
  return `coalesce(${expressions.map((expression) => `nullif(${expression}, '')`).join(', ')})`;
}

function textAt(json: string, path: string): string {
  return `json_extract_scalar(${json}, '${path}')`;
}

/**
 * The largest of some counts, given as texts: -1 where none is stated, above MAX_COUNT where one of them is damage
 * (as in logs/token-counts.ts).
 */
function largestOf(texts: readonly string[]): string {
  if (texts.length === 0) return '-1';
  return `array_max(transform(ARRAY[${texts.join(', ')}], v -> ${COUNT}))`;
}

/** The sum of a field over a list in `h`, -1 where no element has it; @param lifetime only of elements that live so long */
function listSumSql(list: string, field: string, lifetime?: string): string {
  const counted = largestOf([textAt('x', bodyPath(field))]);
  const element = lifetime
    ? `IF(${textAt('x', bodyPath(CONVERSE.lifetime))} = '${lifetime}', ${counted}, -1)`
    : counted;
  const elements = `coalesce(TRY(CAST(json_extract(h, '${bodyPath(list)}') AS array(json))), CAST(ARRAY[] AS array(json)))`;
  return `reduce(transform(${elements}, x -> ${element}), CAST(-1 AS bigint), (s, x) -> IF(x < 0, s, IF(s < 0, x, s + x)), s -> s)`;
}

const PROMPT = promptExpression(merged);

/** How many of the bands the prompt is above. */
function bandSql(): string {
  return CONTEXT_BANDS.map((above) => `IF(${PROMPT} > ${above}, 1, 0)`).join(' + ');
}

/** Whether a request is of a size. */
export function sizeSql(only: RequestSize | undefined): string {
  const limits = limitsOfSize(only).map(
    ({ of, atLeast, tokens }) => `${of === 'prompt' ? PROMPT : merged('output')} ${atLeast ? '>=' : '<='} ${tokens}`,
  );
  return limits.join(' AND ');
}

export function textSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
