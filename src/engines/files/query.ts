import type { DuckDBValue } from '@duckdb/node-api';
import type { Alias } from '../../domain/alias.ts';
import { type Dimension, isTimeDimension } from '../../domain/dimension.ts';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import { limitsOfSize } from '../../domain/request-size.ts';
import type { Scope } from '../../domain/scope.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { byClass, CLASS_NAMES, columnOf } from '../../domain/usage-class.ts';
import type { UsageQuery } from '../engine.ts';
import { classExpression } from '../grouping/counts.ts';
import type { Label } from './labels.ts';
import {
  attributesSql,
  type Bind,
  counterColumn,
  isScattered,
  listSql,
  ratesFromSql,
  SHAPE_COLUMN,
  type Statement,
  sizeConditions,
  valueColumn,
} from './sql.ts';

const CLASS_COLUMNS = byClass(columnOf);

/** What a rate depends on besides the time, and what was used; grouped by in every query. */
const PRICE_COLUMNS = ['a.model', 'a.scope', 'a.region', 'a.tier', 'u.band', SHAPE_COLUMN];

const SUMS = [
  'sum(u.invocations) AS invocations',
  'sum(CASE WHEN a.error THEN u.invocations ELSE 0 END) AS errors',
  ...CLASS_NAMES.map((name) => `sum(${classExpression(name, counterColumn)}) AS ${CLASS_COLUMNS[name]}`),
  'sum(u.cache_write - least(u.cache_write, u.cache_write_known)) AS cache_write_unknown',
];

/** Sums by day or hour, or single invocations, of which a view has the same columns. */
export type SummedTable = 'days' | 'hours' | 'invocations';

/** The shortest that can answer a question. */
export function tableFor(query: UsageQuery, scattered: ReadonlySet<Label>): SummedTable {
  const { from, to, by, where, buckets, cellMs = DAY_MS, rateChanges, only } = query;
  const dimensions = [...by, ...where.map(({ dimension }) => dimension)];
  if (limitsOfSize(only).length > 0 || dimensions.some((dimension) => isScattered(dimension, scattered)))
    return 'invocations';
  const starts = Object.values(buckets).flatMap((cells) => (cells ?? []).map((cell) => cell.from));
  const edges = [from, to, cellMs, ...rateChanges, ...starts];
  if (edges.every((edge) => edge % DAY_MS === 0)) return 'days';
  return edges.every((edge) => edge % HOUR_MS === 0) ? 'hours' : 'invocations';
}

/** Builds the query that answers a usage question: from sums by day or hour where every boundary is on one, else from single invocations. */
export function usageStatement(query: UsageQuery, aliases: readonly Alias[], scattered: ReadonlySet<Label>): Statement {
  const values: DuckDBValue[] = [];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const cells: string[] = [];
  const column = (dimension: Dimension) =>
    isTimeDimension(dimension) ? bucketColumn(cells.push(dimension) - 1) : valueColumn(dimension, bind, scattered);
  const ctes = [`a AS (${attributesSql(aliases, bind)})`];
  const keys = query.by.map((dimension, index) => `${column(dimension)} AS k${index}`);
  const where = [
    `u.at_ms >= ${bind(BigInt(query.from))}`,
    `u.at_ms < ${bind(BigInt(query.to))}`,
    ...sizeConditions(query.only),
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
  const cell = query.cellMs === undefined ? [] : [`u.at_ms // ${query.cellMs} * ${query.cellMs} AS cell`];
  const groups = [...keys, ...PRICE_COLUMNS, 'rates', ...cell];
  const sql = `WITH ${ctes.join(',\n')}
SELECT ${[...keys, ...PRICE_COLUMNS.map((price, index) => `${price} AS p${index}`), `${ratesFromSql(query)} AS rates_from`, ...cell, ...SUMS].join(', ')}
FROM ${tableFor(query, scattered)} u ${joins.join(' ')}
WHERE ${where.join(' AND ')}
GROUP BY ${groups.map((_, index) => index + 1).join(', ')}`;
  return { sql, values };
}

/** Model ids that name no foundation model. */
export const UNRESOLVED_STATEMENT = "SELECT DISTINCT model FROM attributes WHERE contains(model, '/') ORDER BY model";

/**
 * What the ledger holds of a period.
 * @param table what the question about the period is answered from
 */
export function coverageStatement(period: { from: number; to: number }, table: SummedTable): Statement {
  const isOfDays = period.from % DAY_MS === 0 && period.to % DAY_MS === 0;
  return {
    sql: `SELECT coalesce(sum(invocations), 0) AS invocations, coalesce(sum(records), 0) AS records, min(first_at) AS first, max(last_at) AS last,
  (SELECT count(*) FROM files) AS files
FROM ${isOfDays ? 'days' : table} WHERE at_ms >= $1 AND at_ms < $2`,
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
    shape: Number(row['p5']),
    invocations: count('invocations'),
    errors: count('errors'),
    ...byClass((name) => count(CLASS_COLUMNS[name])),
    cacheWriteUnknown: count('cache_write_unknown'),
    ...(query.cellMs === undefined ? {} : { cell: count('cell') }),
  };
}

// --- internal ---

function bucketColumn(index: number): string {
  return `b${index}.label`;
}
