import type { Counter } from '../../domain/usage-class.ts';
import { bodyFields, DETAIL_FIELDS, OWN_FIELDS } from '../../logs/count-fields.ts';
import { COUNT_PLACES, DETAILS, LIFETIMES, TOTAL } from '../../logs/count-table.ts';
import type { Column } from '../scans/result-row.ts';
import { FLAT, fromEnd, fromStart, METADATA_TEXT } from './anchored.ts';
import {
  BLOCKED_STATEMENT,
  LIFETIME_STATEMENT,
  NAMED_COUNTERS,
  ODD_STATEMENT,
  STREAM_STATEMENT,
  statementOf,
  TIER_STATEMENT,
} from './count-names.ts';
import { type InsightsQuery, MOST_ROWS } from './insights-query.ts';
import { type Slice, sliceLine } from './slice.ts';

/**
 * The query for where `jsonParse`, `if` or `case` are refused: fields that Insights extracts, and `parse` for those that it does not. It
 * gives every request of a slice; what its columns mean is reckoned in plain-row.ts.
 */

const TEXT = '[^"{}]*';
const COUNT = '\\d{1,9}';

/** Matches a count of the record's own whose text is none. */
const ODD_TEXT = `"(?:${OWN_FIELDS.map(({ field }) => field).join('|')})":\\s*"(?:"|\\d*[^\\d"])`;

/** Texts at the top of a record: found in its fields, else from its beginning, some of them else from its end. */
const FIRST = ['accountId', 'region', 'requestId', 'modelId', 'operation', 'inferenceRegion', 'errorCode'] as const;
const LAST = ['inferenceRegion', 'errorCode'] as const;

const BODY = 'output.outputBodyJson';
const [, INPUT] = COUNT_PLACES.input.own;
const [, OUTPUT] = COUNT_PLACES.output.own;
const METRICS = 'amazon-bedrock-invocationMetrics';

const USAGE = [...BODY.split('.'), 'usage'];
const FIRST_USAGE = [...BODY.split('.'), '0', 'message', 'usage'];

/** Lifetimes of cache writes, in the usage of Claude. */
const { holder: WRITES, short: SHORT, long: LONG } = LIFETIMES.claude;
const WRITES_BY_LIFETIME = [SHORT, LONG].map((name) => [WRITES, name]);

/** Where counts stand that a result gives as `c0`, `c1`, …: the largest of a request's records. */
export const COUNT_PATHS: readonly (readonly string[])[] = [
  ...OWN_FIELDS.map(({ holder, field }) => [holder, field]),
  ...[
    ...OWN_FIELDS.flatMap(({ counter }) => bodyFields(counter).map((name) => [name])),
    [TOTAL],
    ...[DETAILS.chat, DETAILS.responses].flatMap((details) => DETAIL_FIELDS.map(({ field }) => [details, field])),
    ...WRITES_BY_LIFETIME,
  ].map((path) => [...USAGE, ...path]),
  ...[[COUNT_PLACES.cacheRead.bodies.claude], [COUNT_PLACES.cacheWrite.bodies.claude], ...WRITES_BY_LIFETIME].map(
    (path) => [...FIRST_USAGE, ...path],
  ),
];

/** The metrics at the end of a response: columns by the names that they have there. */
export const METRIC_COLUMNS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(OWN_FIELDS.map(({ field }, index) => [field, `z${index}`])),
  invocationLatency: 'z_time',
  firstByteLatency: 'z_first',
};

/** The other counts of the input, beside the one of its tokens: columns by their names. */
export const INPUT_COLUMNS: Readonly<Record<string, string>> = Object.fromEntries(
  OWN_FIELDS.filter(({ holder, field }) => holder === 'input' && field !== INPUT).map(({ field }, index) => [
    field,
    `y${index}`,
  ]),
);

/** In how many records of a request it stands. */
export function mentionColumn(name: Mention): string {
  return `m_${name}`;
}

const STOP_REASONS = `${BODY}.stopReason, ${BODY}.stop_reason`;

const COLUMNS: readonly Column[] = [
  ...(['model', 'region', 'error', 'tier', 'latency', 'account', 'caller', 'operation', 'inferenceRegion'] as const),
  ...(['status', 'stopReason', 'latencyMs', 'firstByteMs', 'requestMetadata'] as const),
];

const FIELDS: Readonly<Record<string, string>> = {
  model: top('modelId'),
  region: top('region'),
  error: top('errorCode'),
  tier: `${BODY}.serviceTier.type, ${BODY}.service_tier, ${BODY}.usage.service_tier, serviceTier.type, serviceTier, service_tier, input.inputBodyJson.serviceTier.type, input.inputBodyJson.service_tier`,
  latency: `performanceConfig.latency, ${BODY}.performanceConfig.latency, input.inputBodyJson.performanceConfig.latency`,
  account: top('accountId'),
  caller: 'identity.arn, h_arn, g_arn',
  operation: top('operation'),
  inferenceRegion: top('inferenceRegion'),
  status: `\`${BODY}.amazon-bedrock-guardrailAction\`, ${STOP_REASONS}`,
  stopReason: STOP_REASONS,
  latencyMs: `z_time, \`${BODY}.${METRICS}.invocationLatency\`, ${BODY}.metrics.latencyMs`,
  firstByteMs: `z_first, \`${BODY}.${METRICS}.firstByteLatency\``,
  requestMetadata: 'h_data, g_data',
};

function top(name: (typeof FIRST)[number]): string {
  return [name, `h_${name}`, ...LAST.filter((last) => last === name).map((last) => `g_${last}`)].join(', ');
}

/** What may stand anywhere in the text. */
const STATEMENTS = {
  ...(Object.fromEntries(NAMED_COUNTERS.map((name) => [name, statementOf(name)])) as Record<Counter, string>),
  odd: `${ODD_STATEMENT}|${ODD_TEXT}`,
  lifetime: LIFETIME_STATEMENT,
  stream: STREAM_STATEMENT,
  tier: TIER_STATEMENT,
  blocked: BLOCKED_STATEMENT,
  error: '"errorCode":\\s*"',
  caller: '"identity":\\s*\\{\\s*"',
};

export type Mention = keyof typeof STATEMENTS;

const PARSING = [
  // Where this finds nothing, `parse` does not read the event.
  'parse @message /(?<ok>"schemaType")/',
  ...FIRST.map((name) => fromStart(`"${name}":\\s*"(?<h_${name}>${TEXT})"`)),
  ...LAST.map((name) => fromEnd(`"${name}":\\s*"(?<g_${name}>${TEXT})"`)),
  fromStart(`"identity":\\s*\\{${FLAT}"arn":\\s*"(?<h_arn>${TEXT})"`),
  fromEnd(`"identity":\\s*\\{${FLAT}"arn":\\s*"(?<g_arn>${TEXT})"${FLAT}\\}`),
  ...METADATA_TEXT,
  fromEnd(`"${OUTPUT}":\\s*(?<y_out>${COUNT})\\s*(?:,${FLAT})?\\}`),
  fromEnd(`"${METRICS}":\\s*\\{(?<z>[^{}]*)\\}${FLAT}\\}${FLAT}\\}`),
  ...Object.entries(METRIC_COLUMNS).map(
    ([name, column]) => `parse z /"${name}":\\s*(?<${column}>${COUNT})\\s*(?:,|$)/`,
  ),
  // Between the bodies, where braces cannot be reckoned: what is found counts where the name stands once in all of the text.
  `parse @message /"${INPUT}":\\s*(?<y_in>${COUNT})\\s*(?<y>,[^{}]*)?\\}/`,
  ...Object.entries(INPUT_COLUMNS).map(([name, column]) => `parse y /"${name}":\\s*(?<${column}>${COUNT})\\s*(?:,|$)/`),
  `fields strlen(@message) - strlen(replace(@message, "${INPUT}", "")) as y_length`,
  ...Object.entries(STATEMENTS).map(([name, statement]) => `parse @message /(?<q_${name}>${statement})/`),
];

/** Columns of counts that were found in the text. */
const FOUND = [
  'y_in',
  'y_out',
  'y_length',
  ...Object.values(INPUT_COLUMNS),
  ...OWN_FIELDS.map((_, index) => `z${index}`),
];

/** Every request of a slice. */
export function plainQuery(slice: Slice): InsightsQuery {
  const texts = COLUMNS.map((column, index) => `sortsLast(coalesce(${FIELDS[column]}, "")) as b${index}`);
  const counts = COUNT_PATHS.map((path, index) => `max(${path.join('.')}) as c${index}`);
  const found = FOUND.map((name) => `max(${name}) as t_${name}`);
  const mentions = Object.keys(STATEMENTS).map((name) => `count(q_${name}) as ${mentionColumn(name as Mention)}`);
  const rest = [
    'count(ok) as parsed',
    'count(*) as n',
    'min(toMillis(@timestamp)) as t',
    'max(toMillis(@timestamp)) as t_last',
  ];
  // A request without an id is told by its time.
  const keys = [
    `coalesce(${top('accountId')}, "") as k0`,
    `coalesce(${top('region')}, "") as k1`,
    `coalesce(${top('requestId')}, concat("?", toMillis(@timestamp))) as k2`,
  ];
  const lines = [
    sliceLine(slice),
    ...PARSING,
    `stats ${[...counts, ...found, ...mentions, ...texts, ...rest].join(', ')} by ${keys.join(', ')}`,
    `limit ${MOST_ROWS}`,
  ];
  return { text: lines.join('\n| '), columns: COLUMNS };
}

/** The request metadata there is, where it stands before or after the bodies. */
export function plainMetadataQuery(slice: Slice): string {
  return [
    sliceLine(slice),
    ...METADATA_TEXT,
    'fields coalesce(h_data, g_data) as metadata',
    'filter ispresent(metadata)',
    'stats count(*) as records by metadata',
    'sort records desc',
    `limit ${MOST_ROWS}`,
  ].join('\n| ');
}
