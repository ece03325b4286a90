import { limitsOfSize, type SizeLimit } from '../../domain/request-size.ts';
import { CONTEXT_BANDS } from '../../domain/usage.ts';
import { CLASS_NAMES, COUNTER_NAMES, type Counter, columnOf, EXPECTED_COUNTERS } from '../../domain/usage-class.ts';
import { SHAPE_BITS } from '../../domain/usage-shape.ts';
import { classExpression, promptExpression } from '../grouping/counts.ts';
import { type Column, mergedColumn, PRICED_ATTRIBUTES } from '../scans/result-row.ts';
import type { Scan } from '../scans/scan.ts';
import { METADATA_LINES, recordLines } from './parsed-record.ts';
import { recordColumn } from './record-counts.ts';
import { type Slice, sliceLine } from './slice.ts';

/**
 * Logs Insights queries, all of them but those of plain-query.ts. The language:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 * No result holds `@message` or a field that holds prompt or answer text.
 */
export interface InsightsQuery {
  text: string;
  /** What the columns `b0`, `b1`, … of a result are. */
  columns: readonly Column[];
}

/** Characters of a query, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
export const MOST_TEXT = 10_000;

/** The most rows of a result, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
export const MOST_ROWS = 100_000;

/**
 * The query that finds what a scan needs, in a slice of its time. Records of one request are merged first, each counter at its
 * largest, then requests are summed by everything that was asked and everything a price depends on. A request in doubt is a row of its
 * own, told by `who`.
 * @param merge false: every record counts, for sources that log no request twice
 */
export function usageQuery(scan: Scan, slice: Slice, merge = true): InsightsQuery {
  const columns = [...PRICED_ATTRIBUTES, ...scan.attributes];
  const text = usageText(columns, scan, slice, merge);
  if (text.length <= MOST_TEXT) return { text, columns };
  // Many keys of metadata, or long ones: all of it in one column.
  const fewer = [...columns.filter((column) => !column.startsWith('metadata.')), 'requestMetadata' as const];
  return { text: usageText(fewer, scan, slice, merge), columns: fewer };
}

function usageText(
  columns: readonly Column[],
  scan: Pick<Scan, 'cellMs' | 'edges' | 'only'>,
  slice: Slice,
  merge: boolean,
): string {
  const extras = extraColumns(scan);
  return [
    ...requestLines(columns, slice, merge),
    `fields ${[`${bandExpression()} as band`, `${shapeExpression()} as shape`, 'if(t_doubt = 1 or (n > 1 and startsWith(k2, "?") = 1), concat(k0, "/", k1, "/", k2), "") as who', ...extras.map(({ name, expression }) => `${expression} as ${name}`)].join(', ')}`,
    `stats count(*) as invocations, sum(n) as records, ${COUNTER_NAMES.map((name) => `sum(${merged(name)}) as ${columnOf(name)}`).join(', ')}, min(t) as first, max(t_last) as last by ${[...columns.map((_, index) => `b${index}`), 'band', 'shape', 'who', ...extras.map(({ name }) => name)].join(', ')}`,
    `limit ${MOST_ROWS}`,
  ].join('\n| ');
}

/** What else tells groups apart: the cell, the part between edges, and whether requests are of the asked size. */
function extraColumns({
  cellMs,
  edges = [],
  only,
}: Pick<Scan, 'cellMs' | 'edges' | 'only'>): { name: string; expression: string }[] {
  const limits = limitsOfSize(only);
  const parts = edges.map((edge) => `if(t >= ${edge}, 1, 0)`);
  return [
    ...(cellMs ? [{ name: 'cell', expression: `floor(t / ${cellMs})` }] : []),
    ...(parts.length > 0 ? [{ name: 'part', expression: parts.join(' + ') }] : []),
    ...(limits.length > 0
      ? [{ name: 'fits', expression: `if(${limits.map(limitCondition).join(' and ')}, 1, 0)` }]
      : []),
  ];
}

export function limitCondition({ of, atLeast, tokens }: SizeLimit): string {
  return `${of === 'prompt' ? 'prompt' : merged('output')} ${atLeast ? '>=' : '<='} ${tokens}`;
}

/** A merged counter: zero where no record of the request states it; of writes whose lifetime is told, no more than was written. */
export function merged(name: Counter): string {
  return `s${COUNTER_NAMES.indexOf(name)}`;
}

function mergedExpression(name: Counter): string {
  const count = `greatest(0, ${mergedColumn(name)})`;
  return name === 'cacheWriteKnown' ? `least(${count}, greatest(0, ${mergedColumn('cacheWrite')}))` : count;
}

/** How many of the bands the prompt is above; `case` has ten branches at most. */
function bandExpression(): string {
  const branches = [...CONTEXT_BANDS].map((above, index) => `prompt > ${above}, ${index + 1}`).reverse();
  return `case(${branches.join(', ')}, 0)`;
}

function shapeExpression(): string {
  const used = CLASS_NAMES.map((name) => `if(${classExpression(name, merged)} > 0, ${SHAPE_BITS.used[name]}, 0)`);
  const stated = EXPECTED_COUNTERS.map((name) => `if(${mergedColumn(name)} >= 0, ${SHAPE_BITS.stated[name]}, 0)`);
  return [...used, ...stated].join(' + ');
}

/** The request metadata there is. */
export function metadataQuery(slice: Slice): string {
  return [
    sliceLine(slice),
    ...METADATA_LINES,
    'filter ispresent(metadata)',
    'stats count(*) as records by metadata',
    'sort records desc',
    `limit ${MOST_ROWS}`,
  ].join('\n| ');
}

/**
 * The lines that give one row for each request, or each record: what tells it, `b0`…, the counters as they were merged and as they are
 * summed, its `prompt`, `t_doubt`, `n` records from `t` to `t_last`.
 * @param columns what the columns are
 */
export function requestLines(columns: readonly Column[], slice: Slice, merge: boolean): string[] {
  return [
    sliceLine(slice),
    ...recordLines(columns),
    ...(merge ? mergeLines(columns) : singleLines(columns)),
    `fields ${COUNTER_NAMES.map((name) => `${mergedExpression(name)} as ${merged(name)}`).join(', ')}`,
    `fields ${promptExpression(merged)} as prompt`,
  ];
}

const OF_RECORDS = [
  ...COUNTER_NAMES.map((name) => ({ of: recordColumn(name), as: mergedColumn(name) })),
  { of: 'c_doubt', as: 't_doubt' },
];

/** One row for each request. The record that a stream logs first lacks what is known at its end, so of texts the one that is there counts. */
function mergeLines(columns: readonly Column[]): string[] {
  const texts = columns.map((_, index) => `sortsLast(a${index}) as b${index}`);
  const counters = OF_RECORDS.map(({ of, as }) => `max(${of}) as ${as}`);
  const times = ['count(*) as n', 'min(toMillis(@timestamp)) as t', 'max(toMillis(@timestamp)) as t_last'];
  return [`stats ${[...counters, ...texts, ...times].join(', ')} by k0, k1, k2`];
}

/** One row for each record. */
function singleLines(columns: readonly Column[]): string[] {
  const texts = columns.map((_, index) => `a${index} as b${index}`);
  const counters = OF_RECORDS.map(({ of, as }) => `${of} as ${as}`);
  const times = ['1 as n', 'toMillis(@timestamp) as t', 'toMillis(@timestamp) as t_last'];
  return [`fields ${[...counters, ...texts, ...times].join(', ')}`];
}
