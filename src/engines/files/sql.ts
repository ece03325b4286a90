import type { DuckDBValue } from '@duckdb/node-api';
import { type Alias, tierOfAlias } from '../../domain/alias.ts';
import { type Dimension, NONE, type PlainDimension, type TimeDimension } from '../../domain/dimension.ts';
import { limitsOfSize, type RequestSize } from '../../domain/request-size.ts';
import { type Counter, columnOf } from '../../domain/usage-class.ts';
import { ALL_STATED, ALL_USED, SHAPE_BITS } from '../../domain/usage-shape.ts';
import { modelIdentity } from '../../logs/model-id.ts';
import type { RequestQuery } from '../engine.ts';
import { promptExpression } from '../grouping/counts.ts';
import type { Label } from './labels.ts';

/** Parts that the questions to the ledger share: `a` are the attribute sets, `u` invocations or sums of them. */

/** SQL and the values for its `$1`, `$2`, … */
export interface Statement {
  sql: string;
  values: DuckDBValue[];
}

/** Takes a value and gives what stands for it in the SQL. */
export type Bind = (value: DuckDBValue) => string;

export function counterColumn(name: Counter): string {
  return `u.${columnOf(name)}`;
}

/** With its end, as `withEnd` has it: what ended early is told by the attributes. */
export const SHAPE_COLUMN = `CASE WHEN (a.error OR a.status = 'blocked') AND (u.shape & ${ALL_STATED} <> ${ALL_STATED} OR u.shape & ${ALL_USED} = 0) THEN u.shape | ${SHAPE_BITS.ended} ELSE u.shape END`;

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
  stop_reason: 'a.stop_reason',
};

/** The value of a dimension that is no time, over the attributes `a`; of a scattered label, over single invocations as well. */
export function valueColumn(dimension: Dimension, bind: Bind, scattered: ReadonlySet<Label>): string {
  return `coalesce(nullif(${sourceOf(dimension, bind, scattered)}, ''), '${NONE}')`;
}

function sourceOf(dimension: Dimension, bind: Bind, scattered: ReadonlySet<Label>): string {
  const isOwn = isScattered(dimension, scattered);
  if (dimension.startsWith('metadata.')) {
    const key = pointerTo(dimension.slice('metadata.'.length));
    const shared = `json_extract_string(a.metadata, ${bind(key)})`;
    return isOwn ? `coalesce(json_extract_string(u.own, ${bind(`/metadata${key}`)}), ${shared})` : shared;
  }
  if (dimension.startsWith('tag.'))
    return `json_extract_string(a.tags, ${bind(pointerTo(dimension.slice('tag.'.length)))})`;
  return isOwn ? WHOLE[dimension as keyof typeof WHOLE] : COLUMNS[dimension as keyof typeof COLUMNS];
}

/** What a record has of its own, or else its set. */
export const WHOLE = {
  caller: "coalesce(json_extract_string(u.own, '$.caller'), a.caller)",
  session: "coalesce(json_extract_string(u.own, '$.session'), a.session)",
  metadata: "coalesce(json_extract_string(u.own, '$.metadata'), a.metadata)",
};

/** Whether only single invocations tell it. */
export function isScattered(dimension: Dimension, scattered: ReadonlySet<Label>): boolean {
  return scattered.has(dimension === 'session' ? 'caller' : (dimension as Label));
}

export function listSql<Item>(items: readonly Item[], sql: (item: Item) => string): string {
  return `[${items.map(sql).join(', ')}]`;
}

/** The attribute sets, with aliases in place of what they resolve. */
export function attributesSql(aliases: readonly Alias[], bind: Bind): string {
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
export function ratesFromSql({ rateChanges, from, to }: RequestQuery): string {
  const inside = rateChanges.filter((change) => change > from && change < to).sort((a, b) => b - a);
  if (inside.length === 0) return `${from}::BIGINT`;
  return `CASE ${inside.map((change) => `WHEN u.at_ms >= ${change} THEN ${change}`).join(' ')} ELSE ${from} END::BIGINT`;
}

/** The conditions on the size of single requests. */
export function sizeConditions(only: RequestSize | undefined): string[] {
  return limitsOfSize(only).map(
    ({ of, atLeast, tokens }) =>
      `${of === 'prompt' ? promptExpression((name) => `${counterColumn(name)}::BIGINT`) : counterColumn('output')} ${atLeast ? '>=' : '<='} ${tokens}`,
  );
}

// --- internal ---

/** RFC 6901: a key may hold any character. */
function pointerTo(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
