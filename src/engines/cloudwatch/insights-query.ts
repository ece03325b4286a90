import { limitsOfSize, type SizeLimit } from '../../domain/request-size.ts';
import { CONTEXT_BANDS } from '../../domain/usage.ts';
import {
  byCounter,
  CLASS_NAMES,
  COUNTER_NAMES,
  COUNTERS,
  type Counter,
  columnOf,
  EXPECTED_COUNTERS,
} from '../../domain/usage-class.ts';
import { SHAPE_BITS } from '../../domain/usage-shape.ts';
import { classExpression, promptExpression } from '../counts.ts';
import { type Column, mergedColumn, PRICED_ATTRIBUTES } from '../result-row.ts';
import type { Scan } from '../scan.ts';

/**
 * Logs Insights queries, all of them. The language: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 * Nothing here selects `@message` or a field that holds prompt or answer text.
 */
export interface InsightsQuery {
  text: string;
  /** What the columns `b0`, `b1`, … of a result are. */
  columns: readonly Column[];
}

export interface Slice {
  /** Epoch milliseconds; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
}

const BODY = 'output.outputBodyJson';
const METRICS = 'amazon-bedrock-invocationMetrics';

/** Where a body states its usage. Of a stream, Insights sees events by their place; Claude's first one states what the cache did. */
const USAGES = [`${BODY}.usage`, `${BODY}.0.message.usage`];

const DETAILS_HOLDERS = ['prompt_tokens_details', 'input_tokens_details'];

/** Fields that hold each counter: the record's own, then those of the body, in the shapes of docs/log-records.md. */
const FIELDS = byCounter((counter) => {
  const [own, ...others] = COUNTERS[counter].names as readonly string[];
  if (own === undefined) return [];
  const names = [
    ...others,
    ...(counter === 'cacheRead' ? DETAILS_HOLDERS.map((holder) => `${holder}.cached_tokens`) : []),
  ];
  return [
    `${COUNTERS[counter].holder}.${own}`,
    `\`${BODY}.${METRICS}.${own}\``,
    ...USAGES.flatMap((usage) => names.map((name) => `${usage}.${name}`)),
  ];
});

/** OpenAI bodies: cached tokens that the input number holds as well. */
const INSIDE = DETAILS_HOLDERS.map((field) => `${BODY}.usage.${field}.cached_tokens`);

/** Cache writes by lifetime: Anthropic names both, Converse lists them. Of a list, Insights sees elements by their place. */
const DETAILS = [0, 1].map((place) => `${BODY}.usage.cacheDetails.${place}`);
const LONG_WRITES = [
  largestOf(USAGES.map((usage) => `${usage}.cache_creation.ephemeral_1h_input_tokens`)),
  ...DETAILS.map((detail) => `strcontains(coalesce(${detail}.ttl, ""), "1h") * coalesce(${detail}.inputTokens, 0)`),
];
const KNOWN_WRITES = [
  largestOf(USAGES.map((usage) => `${usage}.cache_creation.ephemeral_5m_input_tokens`)),
  largestOf(USAGES.map((usage) => `${usage}.cache_creation.ephemeral_1h_input_tokens`)),
  ...DETAILS.map((detail) => `coalesce(${detail}.inputTokens, 0)`),
];

const STOP_REASONS = [`${BODY}.stopReason`, `${BODY}.stop_reason`];

const COLUMNS = {
  model: text('modelId'),
  region: text('region'),
  error: text('errorCode'),
  tier: text(
    `${BODY}.serviceTier.type`,
    `${BODY}.service_tier`,
    `${BODY}.usage.service_tier`,
    'serviceTier.type',
    'serviceTier',
    'service_tier',
    'input.inputBodyJson.serviceTier.type',
    'input.inputBodyJson.service_tier',
  ),
  latency: text(
    'performanceConfig.latency',
    `${BODY}.performanceConfig.latency`,
    'input.inputBodyJson.performanceConfig.latency',
  ),
  account: text('accountId'),
  caller: text('identity.arn'),
  operation: text('operation'),
  inferenceRegion: text('inferenceRegion'),
  status: text(`\`${BODY}.amazon-bedrock-guardrailAction\``, ...STOP_REASONS),
  stopReason: text(...STOP_REASONS),
  latencyMs: text(`\`${BODY}.${METRICS}.invocationLatency\``, `${BODY}.metrics.latencyMs`),
  firstByteMs: text(`\`${BODY}.${METRICS}.firstByteLatency\``),
};

/** A group by a missing field would be a row without it; an empty text is one like any other. */
function text(...fields: string[]): string {
  return `coalesce(${fields.join(', ')}, "")`;
}

const RECORDS = 'schemaType = "ModelInvocationLog"';

/**
 * The query that finds what a scan needs, in a slice of its time. Records of one request are merged first, each counter at its
 * largest, then requests are summed by everything that was asked and everything a price depends on.
 * @param merge false: every record counts, for sources that log no request twice
 */
export function usageQuery({ attributes, cellMs, only }: Scan, slice: Slice, merge = true): InsightsQuery {
  const columns = [...PRICED_ATTRIBUTES, ...attributes];
  const extras = extraColumns({ cellMs, only });
  const lines = [
    ...requestLines(columns, slice, merge),
    `fields ${[bandExpression(), `${shapeExpression()} as shape`, ...COUNTER_NAMES.map((name) => `${summed(name)} as s_${columnOf(name)}`), ...extras.map(({ name, expression }) => `${expression} as ${name}`)].join(', ')}`,
    `stats count(*) as invocations, sum(n) as records, ${COUNTER_NAMES.map((name) => `sum(s_${columnOf(name)}) as ${columnOf(name)}`).join(', ')}, min(t) as first, max(t) as last by ${[...columns.map((_, index) => `b${index}`), 'band', 'shape', ...extras.map(({ name }) => name)].join(', ')}`,
    `limit ${MOST_ROWS}`,
  ];
  return { text: lines.join('\n| '), columns };
}

/** What else tells groups apart: the cell, and whether requests are of the asked size. */
function extraColumns({ cellMs, only }: Pick<Scan, 'cellMs' | 'only'>): { name: string; expression: string }[] {
  const limits = limitsOfSize(only);
  return [
    ...(cellMs ? [{ name: 'cell', expression: `floor(t / ${cellMs})` }] : []),
    ...(limits.length > 0 ? [{ name: 'fits', expression: limits.map(limitExpression).join(' * ') }] : []),
  ];
}

/** 1 or 0. */
export function limitExpression({ of, atLeast, tokens }: SizeLimit): string {
  const size = of === 'prompt' ? `(${promptExpression(merged)})` : merged('output');
  return `least(1, greatest(0, ${atLeast ? `${size} - ${tokens - 1}` : `${tokens + 1} - ${size}`}))`;
}

/**
 * Insights cannot list the names of discovered fields, so the text of that object is cut out; it has no objects in it, and quotes in
 * a prompt are escaped, so this is never prompt text.
 */
const METADATA_LINE = 'parse @message /"requestMetadata":\\{(?<metadata>[^{}]*)\\}/';

/** The request metadata there is. */
export function metadataQuery({ from, to }: Slice): string {
  return [
    `filter ${RECORDS} and toMillis(@timestamp) >= ${from} and toMillis(@timestamp) < ${to}`,
    METADATA_LINE,
    'filter ispresent(metadata)',
    'stats count(*) as records by metadata',
    'sort records desc',
    `limit ${MOST_ROWS}`,
  ].join('\n| ');
}

/** The lines that give one row for each request, or each record, with `b0`…, the counters, `n` and `t`. @param columns what the columns are */
export function requestLines(columns: readonly Column[], slice: Slice, merge: boolean): string[] {
  return [
    `filter ${RECORDS} and toMillis(@timestamp) >= ${slice.from} and toMillis(@timestamp) < ${slice.to}`,
    `fields ${columns.map((column, index) => `${expressionOf(column)} as a${index}`).join(', ')}`,
    `fields ${counterExpressions().join(', ')}`,
    ...(merge ? mergeLines(columns) : recordLines(columns)),
  ];
}

/** One row for each request. The record that a stream logs first lacks what is known at its end, so of texts the one that is there counts. */
function mergeLines(columns: readonly Column[]): string[] {
  const texts = columns.map((_, index) => `sortsLast(a${index}) as b${index}`);
  const counters = COUNTER_NAMES.map((name) => `max(c_${columnOf(name)}) as ${mergedColumn(name)}`);
  return [
    `stats ${[...counters, ...texts, 'count(*) as n', 'min(toMillis(@timestamp)) as t'].join(', ')} by accountId, region, requestId`,
  ];
}

/** One row for each record. */
function recordLines(columns: readonly Column[]): string[] {
  const texts = columns.map((_, index) => `a${index} as b${index}`);
  const counters = COUNTER_NAMES.map((name) => `c_${columnOf(name)} as ${mergedColumn(name)}`);
  return [`fields ${[...counters, ...texts, '1 as n', 'toMillis(@timestamp) as t'].join(', ')}`];
}

/** The most rows of a result, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html */
export const MOST_ROWS = 100_000;

function expressionOf(column: Column): string {
  if (!column.startsWith('metadata.')) return COLUMNS[column as keyof typeof COLUMNS];
  const key = column.slice('metadata.'.length).replaceAll('`', '');
  return text(`\`requestMetadata.${key}\``);
}

function largestOf(fields: readonly string[], without = 0): string {
  return `greatest(${fields.map((field) => `coalesce(${field}, ${without})`).join(', ')})`;
}

function counterExpressions(): string[] {
  return COUNTER_NAMES.map((name) => `${counterExpression(name)} as c_${columnOf(name)}`);
}

/** Below zero where the record does not state it. */
function counterExpression(name: Counter): string {
  if (name === 'cacheWrite1h') return LONG_WRITES.join(' + ');
  if (name === 'cacheWriteKnown') return KNOWN_WRITES.join(' + ');
  const stated = largestOf(FIELDS[name], -1);
  return name === 'input' ? `${stated} - least(greatest(0, ${stated}), ${largestOf(INSIDE)})` : stated;
}

/** A merged counter: zero where no record of the request states it. */
export function merged(name: Counter): string {
  return `greatest(0, ${mergedColumn(name)})`;
}

/** Of writes whose lifetime is told, no more than was written. */
function summed(name: Counter): string {
  return name === 'cacheWriteKnown' ? `least(${merged('cacheWrite')}, ${merged(name)})` : merged(name);
}

/** By arithmetic: what is above zero counts its bit. */
function shapeExpression(): string {
  const used = CLASS_NAMES.map(
    (name) => `least(1, greatest(0, ${classExpression(name, merged)})) * ${SHAPE_BITS.used[name]}`,
  );
  const stated = EXPECTED_COUNTERS.map(
    (name) => `least(1, greatest(0, ${mergedColumn(name)} + 1)) * ${SHAPE_BITS.stated[name]}`,
  );
  return [...used, ...stated].join(' + ');
}

/** How many of the bands the prompt is above, by arithmetic. */
function bandExpression(): string {
  const steps = CONTEXT_BANDS.map((above) => `least(1, greatest(0, ${promptExpression(merged)} - ${above}))`);
  return `${steps.join(' + ')} as band`;
}
