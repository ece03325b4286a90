import { limitsOfSize } from '../../domain/request-size.ts';
import { CLASS_NAMES, type UsageClass } from '../../domain/usage-class.ts';
import { classCounts, classExpression } from '../counts.ts';
import type { LoggedFilter } from '../logged-filters.ts';
import { type Column, mergedColumn, PRICED_ATTRIBUTES, REQUEST_COLUMNS, type ResultRow } from '../result-row.ts';
import type { Scan } from '../scan.ts';
import type { Bounds, TopAsk } from '../top.ts';
import { type InsightsQuery, limitExpression, merged, requestLines, type Slice } from './insights-query.ts';

/** Characters of a query, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
const MOST_TEXT = 10_000;

/** A query for single requests, and how it sorts them. */
export interface TopQuery extends InsightsQuery {
  /** What a row was sorted by, or a little more: the service reckons in floating point. */
  boundOf(row: ResultRow): bigint;
}

/**
 * The query for the requests with the largest bounds. The language has no conditions, so tokens are weighed as with the dearest model
 * and the sum is scaled by model. Where the text would be too long, first the filters and then the models are left out.
 * Metadata whose key nobody named is left out: only its text in the event could be cut out, and a body can hold text that looks like it.
 */
export function topQuery(scan: Scan, slice: Slice, ask: TopAsk, merge: boolean): TopQuery {
  const columns = [...PRICED_ATTRIBUTES, ...scan.attributes, ...REQUEST_COLUMNS];
  const scale = scaleOf(ask.bounds);
  const ways = [
    { scale, where: ask.where },
    { scale, where: [] },
    { scale: { ...scale, models: undefined }, where: [] },
  ];
  const texts = ways.map((way) => textOf(columns, scan, slice, { ...way, limit: ask.limit }, merge));
  const chosen = Math.max(
    0,
    texts.findIndex((text) => text.length <= MOST_TEXT),
  );
  const { models } = (ways[chosen] as (typeof ways)[number]).scale;
  return {
    text: texts[chosen] as string,
    columns,
    boundOf(row) {
      const tokens = classCounts((name) => Math.max(0, Number(row[mergedColumn(name)] ?? 0)));
      const sum = CLASS_NAMES.reduce((total, name) => total + tokens[name] * scale.largest[name], 0);
      return BigInt(Math.ceil(sum * (models ? (models.get(row['b0'] ?? '') ?? 0) : 1) * (1 + 1e-9)));
    },
  };
}

interface Scale {
  largest: Readonly<Record<UsageClass, number>>;
  /** The part of that which each model costs at most; undefined: all the same. */
  models: ReadonlyMap<string, number> | undefined;
}

function scaleOf(bounds: Bounds): Scale {
  const largest = Object.fromEntries(
    CLASS_NAMES.map((name) => [name, Math.max(...[...bounds.values()].map((bound) => bound[name]))]),
  ) as Record<UsageClass, number>;
  const models = [...bounds].map(([model, bound]) => {
    const parts = CLASS_NAMES.map((name) => (largest[name] === 0 ? 0 : bound[name] / largest[name]));
    return [model, Math.ceil(Math.max(...parts) * 1e6) / 1e6] as const;
  });
  return { largest, models: new Map(models) };
}

function textOf(
  columns: readonly Column[],
  { only }: Scan,
  slice: Slice,
  { scale: { largest, models }, where, limit }: { scale: Scale } & Pick<TopAsk, 'where' | 'limit'>,
  merge: boolean,
): string {
  const sum = CLASS_NAMES.map((name) => `${classExpression(name, merged)} * ${largest[name]}`).join(' + ');
  const part = [...(models ?? [])].map(([model, size]) => `strcontains(id, ${quoted(`|${model}|`)}) * ${size}`);
  const conditions = [
    'bound > 0',
    ...limitsOfSize(only).map((limit) => `${limitExpression(limit)} = 1`),
    ...where.filter(isPlain).map(({ column, values }) => `b${columns.indexOf(column)} in [${values.map(quoted)}]`),
  ];
  const lines = [
    ...requestLines(columns, slice, merge),
    // A request has its id from merging.
    ...(merge ? [] : ['fields requestId']),
    ...(models ? ['fields concat("|", b0, "|") as id'] : []),
    `fields (${sum})${models ? ` * (${part.join(' + ')})` : ''} as bound`,
    `filter ${conditions.join(' and ')}`,
    'sort bound desc',
    `limit ${limit}`,
  ];
  return lines.join('\n| ');
}

/** Whether no value has a character that could end a text. */
function isPlain({ values }: LoggedFilter): boolean {
  return values.every((value) => /^[^"\\\p{Cc}]*$/u.test(value));
}

function quoted(text: string): string {
  return `"${text}"`;
}
