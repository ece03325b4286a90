import { createHash } from 'node:crypto';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import { CONTEXT_BANDS } from '../../domain/usage.ts';
import { COUNTER_NAMES, type Counter, columnOf } from '../../domain/usage-class.ts';
import { promptExpression, shapeSql } from '../grouping/counts.ts';

/** Raised when what is written changes without a change of the tables: how a record is read, or merged. */
const CONTENT = 3;

/** A counter fits in 32 bits: a record with more than 10^9 tokens is refused. NULL: the record does not state it. */
const COUNTERS = countersOf('INTEGER');

function countersOf(type: string): string {
  return COUNTER_NAMES.map((name) => `${columnOf(name)} ${type}`).join(', ');
}

const INVOCATION = `attributes BIGINT, request UUID, request_id VARCHAR, at_ms BIGINT, ${COUNTERS}, latency_ms INTEGER, first_byte_ms INTEGER, own VARCHAR`;

const SUMMED = `at_ms BIGINT, attributes BIGINT, band INTEGER, shape INTEGER, invocations BIGINT, records BIGINT, ${countersOf('BIGINT')}, first_at BIGINT, last_at BIGINT`;

/**
 * records      what the files say; `request` tells requests apart, and `request_id` is the id where that is no UUID (request-key.ts); `repeated` when another record has the same identity; `own` is what of who called, and of request
 *              metadata, is scattered (labels.ts), and so not with the attributes
 * labels       how many values of such were met, and which of them are scattered
 * merged       one row for each identity with several records
 * days         both of them summed by UTC day, attributes, context band and shape; what most questions are answered from
 * hours        the same by hour, made when a question asks for hours: by hour many a log is hardly shorter
 * unsummed     hours whose sums by hour must be redone then
 * orphans      requests whose records went with a changed or removed file: their merging must be redone
 * dirty        hours that a change of files has touched, until their days are summed
 * reading      not empty while files are read: rows of unfinished files may be in `records`
 * layout       which version of all this it is
 * secret       what attribute sets are named with, so that nobody can write logs in which two get one name
 */
const COLUMNS_OF = {
  files: `id INTEGER, name VARCHAR, size BIGINT, version VARCHAR, records BIGINT, malformed VARCHAR, damaged VARCHAR, merged BOOLEAN`,
  attributes: `id BIGINT, key VARCHAR, account VARCHAR, region VARCHAR, inference_region VARCHAR, operation VARCHAR, model VARCHAR, provider VARCHAR, scope VARCHAR, profile VARCHAR, caller VARCHAR, principal VARCHAR, session VARCHAR, tier VARCHAR, status VARCHAR, error BOOLEAN, stop_reason VARCHAR, metadata VARCHAR`,
  records: `file INTEGER, ${INVOCATION}, repeated BOOLEAN`,
  merged: `${INVOCATION}, records BIGINT`,
  days: `${SUMMED}`,
  hours: `${SUMMED}`,
  unsummed: `hour BIGINT`,
  labels: `label VARCHAR, met BIGINT, scattered BOOLEAN`,
  orphans: `request UUID`,
  dirty: `hour BIGINT`,
  reading: `begun BOOLEAN`,
  secret: `bytes BLOB`,
  layout: `name VARCHAR`,
} as const;

/** All that is filled from logs. */
export const TABLES = Object.keys(COLUMNS_OF).filter((name) => name !== 'layout' && name !== 'secret');

export const SCHEMA = Object.entries(COLUMNS_OF).map(([name, columns]) => `CREATE TABLE ${name} (${columns})`);

const count = (name: Counter) => `coalesce(${columnOf(name)}, 0)`;

/** Tokens of the prompt; wider than a counter. */
const PROMPT = `(${promptExpression((name) => `${count(name)}::BIGINT`)})`;

/** Largest threshold that the prompt is above, or 0. */
const BAND = `CASE ${[...CONTEXT_BANDS]
  .reverse()
  .map((above) => `WHEN ${PROMPT} > ${above} THEN ${above}`)
  .join(' ')} ELSE 0 END`;

const SHAPE = shapeSql(count, (name) => `${columnOf(name)} IS NOT NULL`);

/** What the tables and their content are: a ledger of another layout is not read but made anew from the logs. */
export const LAYOUT = createHash('sha256')
  .update(JSON.stringify([CONTENT, SCHEMA, SHAPE, BAND]))
  .digest('hex')
  .slice(0, 12);

const COUNTER_COLUMNS = COUNTER_NAMES.map(columnOf).join(', ');

/** Of one record; the rest is summed up where several are merged. */
const OF_ONE = ['attributes', 'request_id', 'at_ms', 'latency_ms', 'first_byte_ms', 'own'];

const INVOCATION_COLUMNS = `request, ${COUNTER_COLUMNS}, ${OF_ONE.join(', ')}`;

/** Every invocation once, with the columns of `hours` and its own. Counters that are not stated are zero here; `shape` tells. */
export const INVOCATIONS_VIEW = `CREATE OR REPLACE TEMP VIEW invocations AS
  SELECT * REPLACE (${COUNTER_NAMES.map((name) => `${count(name)} AS ${columnOf(name)}`).join(', ')}),
    1 AS invocations, ${BAND} AS band, ${SHAPE} AS shape, at_ms AS first_at, at_ms AS last_at FROM (
    SELECT ${INVOCATION_COLUMNS}, 1 AS records FROM records WHERE NOT repeated
    UNION ALL SELECT ${INVOCATION_COLUMNS}, records FROM merged)`;

/** Where the largest counters are; the earliest of equals. 2^42 ms reaches the year 2109. */
const RANK = `(${PROMPT}::HUGEINT + ${count('output')}) * 4398046511104 + (4398046511103 - at_ms)`;

/**
 * Redoes the merging of one part of the request ids. Parts bound the memory: each holds about a million ids.
 * @param scope which request ids: all of the part, or those touched by changed files
 */
export function mergeStatements(scope: 'all' | 'touched', part: number, parts: number): string[] {
  const inPart = parts === 1 ? 'true' : `hash(request) % ${parts} = ${part}`;
  const mine = scope === 'all' ? inPart : 'request IN (SELECT request FROM touched)';
  const touched = `CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT request FROM (
      SELECT request FROM records WHERE file IN (SELECT id FROM files WHERE NOT merged)
      UNION ALL SELECT request FROM orphans) WHERE ${inPart}`;
  const dirty = `INSERT INTO dirty SELECT DISTINCT at_ms // ${HOUR_MS} FROM (SELECT request, at_ms FROM records UNION ALL SELECT request, at_ms FROM merged) WHERE ${mine}`;
  return [
    ...(scope === 'all' ? [] : [touched]),
    dirty,
    `DELETE FROM merged WHERE ${mine}`,
    `UPDATE records SET repeated = false WHERE repeated AND ${mine}`,
    `CREATE OR REPLACE TEMP TABLE several AS SELECT request FROM records WHERE ${mine} GROUP BY request HAVING count(*) > 1`,
    `CREATE OR REPLACE TEMP TABLE repeats AS
      SELECT r.rowid AS id, r.*, a.account, a.region, count(*) OVER (PARTITION BY a.account, a.region, r.request) AS records
      FROM records r JOIN (SELECT DISTINCT id, account, region FROM attributes) a ON a.id = r.attributes
      WHERE r.request IN (SELECT request FROM several)`,
    'UPDATE records SET repeated = true WHERE rowid IN (SELECT id FROM repeats WHERE records > 1)',
    `INSERT INTO merged BY NAME SELECT unnest(best), request, ${COUNTER_COLUMNS}, records FROM (
      SELECT account, region, request, count(*) AS records, ${COUNTER_NAMES.map((name) => `max(${columnOf(name)}) AS ${columnOf(name)}`).join(', ')},
        arg_max(struct_pack(${OF_ONE.map((name) => `${name} := ${name}`).join(', ')}), ${RANK}) AS best
      FROM repeats WHERE records > 1 GROUP BY account, region, request)`,
    // What is merged now is where one of its records was, which the first time is marked already.
    ...(scope === 'all' ? [] : [dirty]),
  ];
}

/** Of a write whose lifetime is told, no more than was written. */
const SUMS = `sum(invocations), sum(records), ${COUNTER_NAMES.map((name) => (name === 'cacheWriteKnown' ? 'sum(least(cache_write, cache_write_known))' : `sum(${columnOf(name)})`)).join(', ')}, min(first_at), max(last_at)`;

/** Redoes the sums of some cells of a grain. */
function sumStatements(table: string, grainMs: number, dirty: string): string[] {
  const cell = `at_ms // ${grainMs}`;
  return [
    `DELETE FROM ${table} WHERE ${cell} IN (${dirty})`,
    `INSERT INTO ${table} SELECT ${cell} * ${grainMs}, attributes, band, shape, ${SUMS} FROM invocations WHERE ${cell} IN (${dirty}) GROUP BY ${cell}, attributes, band, shape`,
  ];
}

/** Redoes the sums of the days that were touched, and closes the ingest. */
export const CLOSE_STATEMENTS = [
  ...sumStatements('days', DAY_MS, `SELECT hour // ${DAY_MS / HOUR_MS} FROM dirty`),
  'INSERT INTO unsummed SELECT DISTINCT hour FROM dirty WHERE hour NOT IN (SELECT hour FROM unsummed)',
  'DELETE FROM dirty',
  'DELETE FROM orphans',
  'UPDATE files SET merged = true WHERE NOT merged',
];

/** Makes the sums by hour that there are not yet. */
export const HOURS_STATEMENTS = [
  ...sumStatements('hours', HOUR_MS, 'SELECT hour FROM unsummed'),
  'DELETE FROM unsummed',
];
