import type { DuckDBValue } from '@duckdb/node-api';
import { type Alias, tierOfAlias } from '../../domain/alias.ts';
import {
  type Dimension,
  isTimeDimension,
  NONE,
  type PlainDimension,
  type TimeDimension,
} from '../../domain/dimension.ts';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import type { Scope } from '../../domain/scope.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { modelIdentity } from '../../logs/model-id.ts';
import type { UsageQuery } from '../engine.ts';

/** SQL and the values for its `$1`, `$2`, … */
export interface Statement {
  sql: string;
  values: DuckDBValue[];
}

const COLUMNS: Record<Exclude<PlainDimension, TimeDimension>, string> = {
  model: 'a.model',
  scope: 'a.scope',
  provider: 'a.provider',
  region: 'a.region',
  inference_region: 'a.inference_region',
  account: 'a.account',
  principal: 'a.principal',
  session: 'a.session',
  caller: 'a.caller',
  operation: 'a.operation',
  profile: 'a.profile',
  tier: 'a.tier',
  status: 'a.status',
};

/** What a rate depends on besides the time; grouped by in every query. */
const PRICE_COLUMNS = ['a.model', 'a.scope', 'a.region', 'a.tier', 'u.band'];

const SUMS = [
  'sum(u.invocations) AS invocations',
  'sum(CASE WHEN a.error THEN u.invocations ELSE 0 END) AS errors',
  'sum(u.billable) AS billable',
  'sum(u.input) AS input',
  'sum(u.output) AS output',
  'sum(u.cache_read) AS cache_read',
  'sum(u.cache_write - u.cache_write_1h) AS cache_write_5m',
  'sum(u.cache_write_1h) AS cache_write_1h',
  'sum(u.cache_write - least(u.cache_write, u.cache_write_known)) AS cache_write_unknown',
];

/** Builds the query that answers a usage question: from sums by day or hour where every boundary is on one, else from single invocations. */
export function usageStatement(query: UsageQuery, aliases: readonly Alias[]): Statement {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue) => `$${values.push(value)}`;
  const cells: string[] = [];
  const column = (dimension: Dimension) =>
    isTimeDimension(dimension) ? bucketColumn(cells.push(dimension) - 1) : valueColumn(dimension, bind);
  const ctes = [`a AS (${attributesSql(aliases, bind)})`];
  const keys = query.by.map((dimension, index) => `${column(dimension)} AS k${index}`);
  const where = [
    `u.at_ms >= ${bind(BigInt(query.from))}`,
    `u.at_ms < ${bind(BigInt(query.to))}`,
    ...query.where.map(({ dimension, values: wanted }) => `${column(dimension)} IN (${wanted.map(bind).join(', ')})`),
  ];
  const joins = ['JOIN a ON a.id = u.attributes'];
  query.by.filter(isTimeDimension).forEach((dimension, index) => {
    const buckets = query.buckets[dimension] ?? [];
    ctes.push(
      `b${index} AS (SELECT unnest(${listSql(buckets, (bucket) => bind(bucket.label))}) AS label, unnest(${listSql(buckets, (bucket) => String(bucket.from))}) AS start)`,
    );
    joins.push(`ASOF JOIN b${index} ON u.at_ms >= b${index}.start`);
  });
  const sql = `WITH ${ctes.join(',\n')}
SELECT ${[...keys, ...PRICE_COLUMNS.map((price, index) => `${price} AS p${index}`), `${ratesFromSql(query)} AS rates_from`, ...SUMS].join(', ')}
FROM ${tableFor(query)} u ${joins.join(' ')}
WHERE ${where.join(' AND ')}
GROUP BY ${[...keys, ...PRICE_COLUMNS, 'rates'].map((_, index) => index + 1).join(', ')}`;
  return { sql, values };
}

/** Model ids that name no foundation model. */
export const UNRESOLVED_STATEMENT = "SELECT DISTINCT model FROM attributes WHERE contains(model, '/') ORDER BY model";

/** What the ledger holds of a period. */
export function coverageStatement(period: { from: number; to: number }): Statement {
  return {
    sql: `SELECT coalesce(sum(invocations), 0) AS invocations, coalesce(sum(records), 0) AS records, min(first_at) AS first, max(last_at) AS last,
  (SELECT count(*) FROM files) AS files
FROM ${tableFor({ ...period, buckets: {}, rateChanges: [] })} WHERE at_ms >= $1 AND at_ms < $2`,
    values: [BigInt(period.from), BigInt(period.to)],
  };
}

/** Reads a row of `usageStatement`'s result. */
export function usageRowFromResult(row: Record<string, DuckDBValue>, query: UsageQuery): UsageRow {
  const count = (name: string) => Number(row[name]);
  return {
    key: Object.fromEntries(query.by.map((dimension, index) => [dimension, row[`k${index}`] as string])),
    priceKey: {
      model: row['p0'] as string,
      scope: row['p1'] as Scope,
      region: row['p2'] as string,
      tier: (row['p3'] as string | null) ?? undefined,
      contextBand: Number(row['p4']),
      ratesFrom: Number(row['rates_from']),
    },
    invocations: count('invocations'),
    errors: count('errors'),
    billable: count('billable'),
    input: count('input'),
    output: count('output'),
    cacheRead: count('cache_read'),
    cacheWrite5m: count('cache_write_5m'),
    cacheWrite1h: count('cache_write_1h'),
    cacheWriteUnknown: count('cache_write_unknown'),
  };
}

// --- internal ---

function tableFor({
  from,
  to,
  buckets,
  rateChanges,
}: Pick<UsageQuery, 'from' | 'to' | 'buckets' | 'rateChanges'>): string {
  const edges = [
    from,
    to,
    ...rateChanges,
    ...Object.values(buckets).flatMap((cells) => (cells ?? []).map((cell) => cell.from)),
  ];
  if (edges.every((edge) => edge % DAY_MS === 0)) return 'days';
  return edges.every((edge) => edge % HOUR_MS === 0) ? 'hours' : 'invocations';
}

function bucketColumn(index: number): string {
  return `b${index}.label`;
}

function valueColumn(dimension: Dimension, bind: (value: DuckDBValue) => string): string {
  const source = dimension.startsWith('metadata.')
    ? `json_extract_string(a.metadata, ${bind(pointerTo(dimension.slice('metadata.'.length)))})`
    : dimension.startsWith('tag.')
      ? `json_extract_string(a.tags, ${bind(pointerTo(dimension.slice('tag.'.length)))})`
      : COLUMNS[dimension as keyof typeof COLUMNS];
  return `coalesce(nullif(${source}, ''), '${NONE}')`;
}

/** RFC 6901: a key may hold any character. */
function pointerTo(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function listSql<Item>(items: readonly Item[], sql: (item: Item) => string): string {
  return `[${items.map(sql).join(', ')}]`;
}

/** The attribute sets, with aliases in place of what they resolve. */
function attributesSql(aliases: readonly Alias[], bind: (value: DuckDBValue) => string): string {
  if (aliases.length === 0) return 'SELECT *, NULL::VARCHAR AS tags FROM attributes';
  const rows = aliases.map((alias) => {
    const { model, provider, scope } = modelIdentity(alias.model);
    const { unresolved, name = null } = alias;
    const cells = [
      unresolved,
      model,
      provider ?? null,
      scope,
      name,
      tierOfAlias(alias) ?? null,
      JSON.stringify(alias.tags),
    ];
    return `(${cells.map((cell) => `${bind(cell)}::VARCHAR`).join(', ')})`;
  });
  return `SELECT attributes.* REPLACE (coalesce(alias.model, attributes.model) AS model, coalesce(alias.provider, attributes.provider) AS provider,
    coalesce(alias.scope, attributes.scope) AS scope, coalesce(alias.name, attributes.profile) AS profile,
    coalesce(alias.tier, attributes.tier) AS tier), alias.tags
  FROM attributes LEFT JOIN (VALUES ${rows.join(', ')}) alias(unresolved, model, provider, scope, name, tier, tags) ON alias.unresolved = attributes.model`;
}

/** The start of the stretch of unchanged rates that a row lies in. */
function ratesFromSql({ rateChanges, from, to }: UsageQuery): string {
  const inside = rateChanges.filter((change) => change > from && change < to).sort((a, b) => b - a);
  if (inside.length === 0) return `${from}::BIGINT`;
  return `CASE ${inside.map((change) => `WHEN u.at_ms >= ${change} THEN ${change}`).join(' ')} ELSE ${from} END::BIGINT`;
}
