import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import { CONTEXT_BANDS } from '../../domain/usage.ts';

/** Part of the ledger's file name: a ledger of another version is left alone and a new one is filled from the logs. */
export const LEDGER_VERSION = 4;

/** A counter fits in 32 bits: a record with more than 10^9 tokens is refused. */
const COUNTERS = countersOf('INTEGER');

function countersOf(type: string): string {
  return ['input', 'output', 'cache_read', 'cache_write', 'cache_write_1h', 'cache_write_known']
    .map((name) => `${name} ${type}`)
    .join(', ');
}

const INVOCATION = `attributes BIGINT, request_id VARCHAR, at_ms BIGINT, ${COUNTERS}, latency_ms INTEGER, first_byte_ms INTEGER`;

/**
 * records      what the files say; `repeated` when another record has the same identity
 * merged       one row for each identity with several records
 * hours, days  both of them summed by hour or UTC day, attributes and context band; what questions are answered from
 * orphans      request ids whose records went with a changed or removed file: their merging must be redone
 * dirty_hours  hours whose sums must be redone
 * reading      not empty while files are read: rows of unfinished files may be in `records`
 */
export const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS files (id INTEGER, name VARCHAR, size BIGINT, version VARCHAR, records BIGINT, malformed VARCHAR, damaged VARCHAR, merged BOOLEAN)`,
  `CREATE TABLE IF NOT EXISTS attributes (id BIGINT, key VARCHAR, account VARCHAR, region VARCHAR, inference_region VARCHAR, operation VARCHAR, model VARCHAR, provider VARCHAR, scope VARCHAR, profile VARCHAR, caller VARCHAR, principal VARCHAR, session VARCHAR, tier VARCHAR, status VARCHAR, error BOOLEAN, stop_reason VARCHAR, metadata VARCHAR)`,
  `CREATE TABLE IF NOT EXISTS records (file INTEGER, ${INVOCATION}, repeated BOOLEAN)`,
  `CREATE TABLE IF NOT EXISTS merged (${INVOCATION}, records BIGINT)`,
  `CREATE TABLE IF NOT EXISTS hours (at_ms BIGINT, attributes BIGINT, band INTEGER, invocations BIGINT, records BIGINT, billable BIGINT, ${countersOf('BIGINT')}, first_at BIGINT, last_at BIGINT)`,
  `CREATE TABLE IF NOT EXISTS days (at_ms BIGINT, attributes BIGINT, band INTEGER, invocations BIGINT, records BIGINT, billable BIGINT, ${countersOf('BIGINT')}, first_at BIGINT, last_at BIGINT)`,
  'CREATE TABLE IF NOT EXISTS orphans (request_id VARCHAR)',
  'CREATE TABLE IF NOT EXISTS dirty_hours (hour BIGINT)',
  'CREATE TABLE IF NOT EXISTS reading (begun BOOLEAN)',
];

/** Largest threshold that the prompt (input and cached tokens) is above, or 0. */
const BAND = `CASE ${[...CONTEXT_BANDS]
  .reverse()
  .map((above) => `WHEN input::BIGINT + cache_read + cache_write > ${above} THEN ${above}`)
  .join(' ')} ELSE 0 END`;

const ONE = `1 AS invocations, (input > 0 OR output > 0 OR cache_read > 0 OR cache_write > 0)::BIGINT AS billable`;

const INVOCATION_COLUMNS =
  'attributes, request_id, at_ms, input, output, cache_read, cache_write, cache_write_1h, cache_write_known, latency_ms, first_byte_ms';

/** Every invocation once, with the columns of `hours` and its own. */
export const INVOCATIONS_VIEW = `CREATE OR REPLACE TEMP VIEW invocations AS
  SELECT *, ${ONE}, ${BAND} AS band, at_ms AS first_at, at_ms AS last_at FROM (
    SELECT ${INVOCATION_COLUMNS}, 1 AS records FROM records WHERE NOT repeated
    UNION ALL SELECT ${INVOCATION_COLUMNS}, records FROM merged)`;

/** Where the largest counters are; the earliest of equals. 2^42 ms reaches the year 2109. */
const RANK = '(input::HUGEINT + output + cache_read + cache_write) * 4398046511104 + (4398046511103 - at_ms)';

/**
 * Redoes the merging of one part of the request ids. Parts bound the memory: each holds about a million ids.
 * @param scope which request ids: all of the part, or those touched by changed files
 */
export function mergeStatements(scope: 'all' | 'touched', part: number, parts: number): string[] {
  const inPart = parts === 1 ? 'true' : `hash(request_id) % ${parts} = ${part}`;
  const mine = scope === 'all' ? inPart : 'request_id IN (SELECT request_id FROM touched)';
  const touched = `CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT request_id FROM (
      SELECT request_id FROM records WHERE file IN (SELECT id FROM files WHERE NOT merged)
      UNION ALL SELECT request_id FROM orphans) WHERE ${inPart}`;
  const hours = `INSERT INTO dirty_hours SELECT DISTINCT at_ms // ${HOUR_MS} FROM (SELECT request_id, at_ms FROM records UNION ALL SELECT request_id, at_ms FROM merged) WHERE ${mine}`;
  return [
    ...(scope === 'all' ? [] : [touched]),
    hours,
    `DELETE FROM merged WHERE ${mine}`,
    `UPDATE records SET repeated = false WHERE repeated AND ${mine}`,
    `CREATE OR REPLACE TEMP TABLE several AS SELECT request_id FROM records WHERE ${mine} GROUP BY request_id HAVING count(*) > 1`,
    `CREATE OR REPLACE TEMP TABLE repeats AS
      SELECT r.rowid AS id, r.*, a.account, a.region, count(*) OVER (PARTITION BY a.account, a.region, r.request_id) AS records
      FROM records r JOIN (SELECT DISTINCT id, account, region FROM attributes) a ON a.id = r.attributes
      WHERE r.request_id IN (SELECT request_id FROM several)`,
    'UPDATE records SET repeated = true WHERE rowid IN (SELECT id FROM repeats WHERE records > 1)',
    `INSERT INTO merged SELECT best.attributes, request_id, best.at_ms, input, output, cache_read, cache_write, cache_write_1h, cache_write_known, best.latency_ms, best.first_byte_ms, records FROM (
      SELECT account, region, request_id, count(*) AS records, max(input) AS input, max(output) AS output, max(cache_read) AS cache_read,
        max(cache_write) AS cache_write, max(cache_write_1h) AS cache_write_1h, max(cache_write_known) AS cache_write_known,
        arg_max(struct_pack(attributes := attributes, at_ms := at_ms, latency_ms := latency_ms, first_byte_ms := first_byte_ms), ${RANK}) AS best
      FROM repeats WHERE records > 1 GROUP BY account, region, request_id)`,
    hours,
  ];
}

const SUMS = `sum(invocations), sum(records), sum(billable), sum(input), sum(output), sum(cache_read), sum(cache_write), sum(cache_write_1h),
    sum(least(cache_write, cache_write_known)), min(first_at), max(last_at)`;

/** Redoes the sums of some cells of a grain, from single invocations or from a finer grain. */
function sumStatements(table: string, from: string, grainMs: number, dirty: string): string[] {
  const cell = `at_ms // ${grainMs}`;
  return [
    `DELETE FROM ${table} WHERE ${cell} IN (${dirty})`,
    `INSERT INTO ${table} SELECT ${cell} * ${grainMs}, attributes, band, ${SUMS} FROM ${from} WHERE ${cell} IN (${dirty}) GROUP BY ${cell}, attributes, band`,
  ];
}

/** Redoes the sums of the dirty hours, and of their days, and closes the ingest. */
export const ROLLUP_STATEMENTS = [
  ...sumStatements('hours', 'invocations', HOUR_MS, 'SELECT hour FROM dirty_hours'),
  ...sumStatements('days', 'hours', DAY_MS, `SELECT hour // ${DAY_MS / HOUR_MS} FROM dirty_hours`),
  'DELETE FROM dirty_hours',
  'DELETE FROM orphans',
  'UPDATE files SET merged = true WHERE NOT merged',
];
