import type { DuckDBValue } from '@duckdb/node-api';
import type { Alias } from '../../domain/alias.ts';
import type { Scope } from '../../domain/scope.ts';
import { CLASS_NAMES, columnOf, type UsageClass } from '../../domain/usage-class.ts';
import type { WeighedPrice } from '../../domain/weights.ts';
import type { InvocationRow, InvocationsQuery } from '../engine.ts';
import { classCounts, classExpression } from '../grouping/counts.ts';
import type { Label } from './labels.ts';
import {
  attributesSql,
  type Bind,
  counterColumn,
  ratesFromSql,
  SHAPE_COLUMN,
  type Statement,
  sizeConditions,
  valueColumn,
  WHOLE,
} from './sql.ts';

const tokensOf = (name: UsageClass) => classExpression(name, counterColumn);

const ALL_TOKENS = CLASS_NAMES.map((name) => `${tokensOf(name)}::HUGEINT`).join(' + ');

/** Some of what the request used has no weight. */
const LACKS = CLASS_NAMES.map((name) => `(${tokensOf(name)} > 0 AND w.w_${name} IS NULL)`).join(' OR ');

const WEIGHT = CLASS_NAMES.map((name) => `coalesce(${tokensOf(name)} * w.w_${name}, 0)`).join(' + ');

/** In the order of the ids, but for such as are no UUIDs. */
const BY_ID = 'request_id NULLS FIRST, request';

/** Builds the query for the heaviest requests, and the largest of those that used something without a weight, in one reading. */
export function invocationsStatement(
  query: InvocationsQuery,
  aliases: readonly Alias[],
  scattered: ReadonlySet<Label>,
): Statement {
  const values: DuckDBValue[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const ctes = [
    `a AS (${attributesSql(aliases, bind)})`,
    `prices AS (${pricesSql(query.prices, bind)})`,
    // Prices are found once for each set of attributes, not for each request.
    `w AS (SELECT a.id, prices.* FROM a JOIN prices ON prices.model = a.model AND prices.scope = a.scope
      AND prices.region = a.region AND prices.tier IS NOT DISTINCT FROM a.tier)`,
    `weighed AS (SELECT u.*, ${SHAPE_COLUMN} AS whole_shape, ${ratesFromSql(query)} AS rates_from FROM invocations u JOIN a ON a.id = u.attributes
      WHERE ${conditionsSql(query, bind, scattered)})`,
    `sized AS (SELECT u.*, ${WEIGHT} AS weight, NOT (${LACKS}) AS whole, ${ALL_TOKENS} AS tokens FROM weighed u
      LEFT JOIN w ON w.id = u.attributes AND w.band = u.band AND w.rates_from = u.rates_from)`,
    `chosen AS ((SELECT * FROM sized WHERE weight > 0 ORDER BY weight DESC, at_ms, ${BY_ID} LIMIT ${query.limit})
      UNION (SELECT * FROM sized WHERE NOT whole ORDER BY tokens DESC, at_ms, ${BY_ID} LIMIT ${query.unpricedLimit}))`,
  ];
  const sql = `WITH ${ctes.join(',\n')}
SELECT a.* EXCLUDE (id, key) REPLACE (${Object.entries(WHOLE)
    .map(([name, own]) => `${own} AS ${name}`)
    .join(
      ', ',
    )}), u.* EXCLUDE (attributes, own, request) REPLACE (coalesce(u.request_id, u.request::VARCHAR) AS request_id), u.weight::VARCHAR AS weight_text
FROM chosen u JOIN a ON a.id = u.attributes`;
  return { sql, values };
}

function conditionsSql({ from, to, only, where }: InvocationsQuery, bind: Bind, scattered: ReadonlySet<Label>): string {
  return [
    `u.at_ms >= ${bind(BigInt(from))}`,
    `u.at_ms < ${bind(BigInt(to))}`,
    ...sizeConditions(only),
    ...where.map(
      ({ dimension, values }) => `${valueColumn(dimension, bind, scattered)} IN (${values.map(bind).join(', ')})`,
    ),
  ].join(' AND ');
}

function pricesSql(prices: readonly WeighedPrice[], bind: Bind): string {
  const names = ['model', 'scope', 'region', 'tier', 'band', 'rates_from', ...CLASS_NAMES.map((name) => `w_${name}`)];
  const types = [...Array(4).fill('VARCHAR'), 'INTEGER', 'BIGINT', ...CLASS_NAMES.map(() => 'HUGEINT')];
  const cells = ({ priceKey: key, weights }: WeighedPrice): (string | null)[] => [
    ...[key.model, key.scope, key.region, key.tier ?? null, String(key.contextBand), String(key.ratesFrom)],
    ...CLASS_NAMES.map((name) => weights[name]?.toString() ?? null),
  ];
  const row = (values: readonly (string | null)[]) =>
    `(${values.map((value, index) => `${bind(value)}::${types[index]}`).join(', ')})`;
  const none = prices.length === 0;
  const rows = none ? [row(names.map(() => null))] : prices.map((price) => row(cells(price)));
  return `SELECT DISTINCT * FROM (VALUES ${rows.join(', ')}) t(${names.join(', ')})`;
}

/** Reads a row of `invocationsStatement`'s result. */
export function invocationFromResult(row: Record<string, DuckDBValue>): InvocationRow {
  const text = (name: string) => (row[name] as string | null) || undefined;
  const count = (name: string) => Number(row[name]);
  const milliseconds = (name: string) => (row[name] === null ? undefined : count(name));
  const [model, scope, region, tier] = [text('model') ?? '', row['scope'] as Scope, text('region') ?? '', text('tier')];
  return {
    at: count('at_ms'),
    requestId: text('request_id') ?? '',
    attributes: {
      account: text('account') ?? '',
      region,
      inferenceRegion: text('inference_region'),
      operation: text('operation') ?? '',
      model,
      scope,
      tier,
      provider: text('provider'),
      profile: text('profile'),
      caller: text('caller'),
      principal: text('principal'),
      session: text('session'),
      status: text('status') ?? '',
      error: row['error'] as boolean,
      stopReason: text('stop_reason'),
      metadata: objectFrom(text('metadata')),
    },
    tags: objectFrom(text('tags')),
    latencyMs: milliseconds('latency_ms'),
    firstByteMs: milliseconds('first_byte_ms'),
    priceKey: { model, scope, region, tier, contextBand: count('band'), ratesFrom: count('rates_from') },
    counts: {
      ...classCounts((name) => count(columnOf(name))),
      invocations: 1,
      errors: row['error'] ? 1 : 0,
      cacheWriteUnknown: Math.max(0, count('cache_write') - count('cache_write_known')),
    },
    shape: count('whole_shape'),
    weight: BigInt(text('weight_text') ?? 0),
    whole: row['whole'] as boolean,
  };
}

function objectFrom(text: string | undefined): Record<string, string> {
  return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
}
