import { limitsOfSize } from '../../domain/request-size.ts';
import { largestOf } from '../../domain/sums.ts';
import { CLASS_NAMES, COUNTER_NAMES, type UsageClass } from '../../domain/usage-class.ts';
import { classCounts, classExpression } from '../grouping/counts.ts';
import type { LoggedFilter } from '../scans/logged-filters.ts';
import { type Column, mergedColumn, PRICED_ATTRIBUTES, REQUEST_COLUMNS, type ResultRow } from '../scans/result-row.ts';
import type { Scan } from '../scans/scan.ts';
import type { Bounds, TopRequest } from '../scans/top.ts';
import { type InsightsQuery, limitCondition, MOST_TEXT, merged, requestLines } from './insights-query.ts';
import type { Slice } from './slice.ts';

/** A query for single requests, and how it sorts them. */
export interface TopQuery extends InsightsQuery {
  /** What a row was sorted by, or a little more: the service reckons in floating point. */
  boundOf(row: ResultRow): bigint;
}

/**
 * The query for the requests with the largest bounds. Tokens are weighed as with the most expensive model and the sum is scaled by model. Where
 * the text would be too long, first the filters and then the models are left out. Requests in doubt are left out: they were looked at
 * when the sums were found.
 */
export function topQuery(scan: Scan, slice: Slice, ask: TopRequest, merge: boolean): TopQuery {
  const scale = scaleOf(ask.bounds);
  const ways = [
    { scale, where: ask.where },
    { scale, where: [] },
    { scale: { ...scale, models: undefined }, where: [] },
  ];
  const queries = ways.map((way) => {
    const columns = columnsOf(scan, way.where);
    return { ...way, columns, text: textOf(columns, scan, slice, { ...way, limit: ask.limit }, merge) };
  });
  const {
    text,
    columns,
    scale: used,
  } = (queries.find((query) => query.text.length <= MOST_TEXT) ?? queries.at(-1)) as (typeof queries)[number];
  return {
    text,
    columns,
    boundOf(row) {
      const tokens = classCounts((name) => Math.max(0, Number(row[mergedColumn(name)] ?? 0)));
      const sum = CLASS_NAMES.reduce((total, name) => total + tokens[name] * used.largest[name], 0);
      return BigInt(Math.ceil(sum * (used.models ? (used.models.get(row['b0'] ?? '') ?? 0) : 1) * (1 + 1e-9)));
    },
  };
}

/** All metadata is told in one column; a key has its own where it is filtered by. */
function columnsOf({ attributes }: Scan, where: readonly LoggedFilter[]): Column[] {
  const filtered = where.map(({ column }) => column);
  const asked = attributes.filter((column) => !column.startsWith('metadata.') || filtered.includes(column));
  return [...PRICED_ATTRIBUTES, ...asked, ...REQUEST_COLUMNS, 'requestMetadata'];
}

interface Scale {
  largest: Readonly<Record<UsageClass, number>>;
  /** The part of that which each model costs at most; undefined: all the same. */
  models: ReadonlyMap<string, number> | undefined;
}

function scaleOf(bounds: Bounds): Scale {
  const largest = Object.fromEntries(
    CLASS_NAMES.map((name) => [name, largestOf([...bounds.values()].map((bound) => bound[name]))]),
  ) as Record<UsageClass, number>;
  const models = [...bounds].map(([model, bound]) => {
    const parts = CLASS_NAMES.map((name) => (largest[name] === 0 ? 0 : bound[name] / largest[name]));
    return [model, Math.ceil(Math.max(...parts) * 1e6) / 1e6] as const;
  });
  return { largest, models: models.every(([model]) => isPlain(model)) ? new Map(models) : undefined };
}

function textOf(
  columns: readonly Column[],
  { only }: Scan,
  slice: Slice,
  { scale: { largest, models }, where, limit }: { scale: Scale } & Pick<TopRequest, 'where' | 'limit'>,
  merge: boolean,
): string {
  const sum = CLASS_NAMES.map((name) => `${classExpression(name, merged)} * ${largest[name]}`).join(' + ');
  const part = [...(models ?? [])].map(([model, size]) => `if(b0 = ${quoted(model)}, ${size}, 0)`);
  const conditions = [
    't_doubt = 0 and bound > 0',
    ...limitsOfSize(only).map(limitCondition),
    ...where
      .filter(({ values }) => values.every(isPlain))
      .map(({ column, values }) => `b${columns.indexOf(column)} in [${values.map(quoted)}]`),
  ];
  const lines = [
    ...requestLines(columns, slice, merge),
    `fields (${sum})${models ? ` * (${part.join(' + ')})` : ''} as bound, ${REQUEST_ID} as id`,
    `filter ${conditions.join(' and ')}`,
    'sort bound desc',
    `limit ${limit}`,
    `display id, t, ${COUNTER_NAMES.map(mergedColumn).join(', ')}, ${columns.map((_, index) => `b${index}`).join(', ')}`,
  ];
  return lines.join('\n| ');
}

/** A request without an id is told by its time. */
const REQUEST_ID = 'if(startsWith(k2, "?") = 1, "", k2)';

/** Whether a text has no character that could end it. */
function isPlain(text: string): boolean {
  return /^[^"\\\p{Cc}]*$/u.test(text);
}

function quoted(text: string): string {
  return `"${text}"`;
}
