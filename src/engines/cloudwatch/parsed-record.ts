import type { Column } from '../result-row.ts';
import { fromEnd, fromStart, METADATA_TEXT } from './anchored.ts';
import {
  COUNT_NAMES,
  type CountName,
  LIFETIME_STATEMENT,
  ODD_STATEMENT,
  STREAM_STATEMENT,
  statementOf,
  TIER_STATEMENT,
} from './count-names.ts';

/**
 * What is read of a record, by its place in the JSON: Insights extracts 200 fields of an event at most, `jsonParse` reads all of them.
 * `m` is the record, `s` the text of the response body, `o` that body, `x` the text of the metrics at its end. None of these is ever
 * in a result: each query ends in `stats` or `display`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html#CWL_QuerySyntax-structure-types
 */
const PARSING = [
  'fields jsonParse(@message) as m',
  // What jsonParse cannot read is kept: its text mentions the schema.
  'filter m.schemaType = "ModelInvocationLog" or not ispresent(m.schemaType)',
];

const READING = [
  'fields jsonStringify(m.output.outputBodyJson) as s',
  'fields jsonParse(s) as o',
  // From the end: in the last event of a stream, or the body itself. Nothing that a model wrote stands there.
  'parse s /"amazon-bedrock-invocationMetrics":\\{(?<x>[^{}]*)\\}[^{}]*\\}\\]?$/',
  ...metric('inputTokenCount', 'x_in'),
  ...metric('outputTokenCount', 'x_out'),
  ...metric('cacheReadInputTokenCount', 'x_read'),
  ...metric('cacheWriteInputTokenCount', 'x_write'),
  // Of what jsonParse cannot read.
  fromStart('"requestId":\\s*"(?<x_id>[^"{}]*)"'),
  fromEnd('"requestId":\\s*"(?<y_id>[^"{}]*)"'),
];

function metric(name: string, as: string): string[] {
  return [`parse x /"${name}":(?<${as}>[\\d.E]+)/`];
}

/** A whole number from 0 to 10^9, plainly or as Java writes it. */
const WHOLE = '\\d{1,9}(?:\\.0+)?|\\d(?:\\.\\d{1,7})?E[78]|10{9}(?:\\.0+)?|1\\.0E9';

const USAGE = 'o.usage';
/** The first event of a stream of Claude's. */
const FIRST = 'o[0].message.usage';

/** The counts of a record, step by step: `c_in`, `c_out`, … -1: not stated (input and output alone); -2: could not be reckoned. */
const COUNTING = [
  `fields ${[
    'm.input.inputTokenCount as p1',
    'm.output.outputTokenCount as p2',
    'm.input.cacheReadInputTokenCount as p3',
    'm.input.cacheWriteInputTokenCount as p4',
    // Converse and Nova, Anthropic, OpenAI
    `${largest(USAGE, ['inputTokens', 'input_tokens', 'prompt_tokens'], -1)} as u_in`,
    `${largest(USAGE, ['outputTokens', 'output_tokens', 'completion_tokens'], -1)} as u_out`,
    `${USAGE}.prompt_tokens_details.cached_tokens as r1`,
    `${USAGE}.input_tokens_details.cached_tokens as r2`,
    `coalesce(${USAGE}.cacheDetails[0].inputTokens, 0) as d0`,
    `coalesce(${USAGE}.cacheDetails[1].inputTokens, 0) as d1`,
    `coalesce(${USAGE}.cache_creation.ephemeral_1h_input_tokens, 0) as l0`,
    `coalesce(${FIRST}.cache_creation.ephemeral_1h_input_tokens, 0) as l1`,
  ].join(', ')}`,
  `fields ${[
    `greatest(coalesce(r1, 0), coalesce(r2, 0), ${largest(USAGE, ['cacheReadInputTokens', 'cacheReadInputTokenCount', 'cache_read_input_tokens'], 0)}) as u_read`,
    `coalesce(${USAGE}.cache_creation.ephemeral_5m_input_tokens, 0) + l0 + d0 + d1 as u_known`,
    `l0 + ${[0, 1].map((place) => `if(${USAGE}.cacheDetails[${place}].ttl = "1h", d${place}, 0)`).join(' + ')} as u_long`,
    `coalesce(${FIRST}.cache_creation.ephemeral_5m_input_tokens, 0) + l1 as e_known`,
    `${['in', 'out'].map((name) => `coalesce(toNumber(x_${name}), -1) as z_${name}`).join(', ')}`,
  ].join(', ')}`,
  `fields greatest(u_known, ${largest(USAGE, ['cacheWriteInputTokens', 'cacheWriteInputTokenCount', 'cache_creation_input_tokens', 'prompt_tokens_details.cache_write_tokens', 'input_tokens_details.cache_write_tokens'], 0)}) as u_write`,
  // OpenAI's input number holds the cached tokens, and so does one of Converse whose total leaves no room for them.
  `fields if((ispresent(r1) or ispresent(r2) or ${USAGE}.totalTokens = u_in + greatest(0, u_out)) and u_in >= u_read + u_write, u_read + u_write, 0) as cut`,
  `fields ${[
    // The same number stands at the top and in the metrics, where nothing says what it holds.
    'greatest(u_in - cut, coalesce(p1, -1) - if(p1 = u_in, cut, 0), z_in - if(z_in = u_in, cut, 0)) as c_in',
    'greatest(u_out, coalesce(p2, -1), z_out) as c_out',
    `greatest(u_read, coalesce(toNumber(x_read), 0), coalesce(p3, 0), ${largest(FIRST, ['cache_read_input_tokens'], 0)}) as c_read`,
    `greatest(u_write, coalesce(toNumber(x_write), 0), coalesce(p4, 0), e_known, ${largest(FIRST, ['cache_creation_input_tokens'], 0)}) as c_write`,
    'greatest(u_long, l1) as c_long',
    'greatest(u_known, e_known) as c_known',
  ]
    .map((column) => column.replace(/^(.*) as (c_\w+)$/, 'coalesce($1, -2) as $2'))
    .join(', ')}`,
];

function largest(holder: string, names: readonly string[], otherwise: number): string {
  const values = names.map((name) => `coalesce(${holder}.${name}, ${otherwise})`);
  return values.length === 1 ? (values[0] as string) : `greatest(${values.join(', ')})`;
}

/** What is counted of each record, and merged to the largest of a request's. */
export const COUNTER_NAMES = ['c_in', 'c_out', 'c_read', 'c_write', 'c_long', 'c_known'] as const;

const COUNTERS: Record<CountName, string> = {
  input: 'c_in',
  output: 'c_out',
  read: 'c_read',
  write: 'c_write',
  long: 'c_long',
};

/**
 * 1 for a record that must be looked at itself: it could not be parsed; a count is no whole number from 0 to 10^9; none of a class was
 * found, and the text states one. For input and output all of the record is searched, since they are always stated at its top; for the
 * others the response alone, for a prompt can be full of such words.
 */
const DOUBTING = [
  'fields coalesce(s, @message) as b, coalesce(m.requestId, x_id, y_id, "") as w',
  `fields if(${[
    'not ispresent(m.schemaType)',
    `concat(${[1, 2, 3, 4].map((place) => `coalesce(p${place}, "")`).join(', ",", ')}) not like /^(?:(?:${WHOLE})?(?:,|$))*$/`,
    `b like /${ODD_STATEMENT}/`,
    `least(${COUNTER_NAMES.join(', ')}) < -1`,
    ...COUNT_NAMES.map(
      (name) =>
        `${COUNTERS[name]} <= 0 and ${name === 'input' || name === 'output' ? '@message' : 'b'} like /${statementOf(name)}/`,
    ),
    `startsWith(b, "[") = 1 and b like /${STREAM_STATEMENT}/`,
    `startsWith(b, "[") = 1 and not ispresent(q_tier) and b like /${TIER_STATEMENT}/`,
    `c_known < c_write and b like /${LIFETIME_STATEMENT}/`,
    'ispresent(o.usage.cacheDetails[2].inputTokens)',
    `m.timestamp not like /^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d/`,
  ].join(' or ')}, 1, 0) as c_doubt`,
];

/** The events of a stream: the first that says why the answer ended, or which tier served it, and what a guardrail did. */
const STREAM = [
  'parse s /"stop_?[rR]eason":"(?<q_stop>\\w+)"/',
  'parse s /"serviceTier":\\{"type":"(?<q_tier>\\w+)"/',
  'fields case(startsWith(s, "[") = 1, q_stop) as stop, case(startsWith(s, "[") = 1, q_tier) as tier, if(startsWith(s, "[") = 1 and s like /"amazon-bedrock-guardrailAction":"INTERVENED"/, 1, 0) as action',
];

/** The body says why the answer ended, or an event of it. */
const STOP_REASONS = ['o.stopReason', 'o.stop_reason', 'stop'];

const METRICS = 'o.`amazon-bedrock-invocationMetrics`';

const TEXTS: Record<Exclude<Column, `metadata.${string}`>, readonly string[]> = {
  model: ['m.modelId'],
  region: ['m.region'],
  error: ['m.errorCode'],
  tier: [
    'o.serviceTier.type',
    'o.service_tier',
    'o.usage.service_tier',
    'tier',
    'm.serviceTier.type',
    'm.serviceTier',
    'm.service_tier',
    'm.input.inputBodyJson.serviceTier.type',
    'm.input.inputBodyJson.service_tier',
  ],
  latency: [
    'm.performanceConfig.latency',
    'o.performanceConfig.latency',
    'm.input.inputBodyJson.performanceConfig.latency',
  ],
  account: ['m.accountId'],
  caller: ['m.identity.arn'],
  operation: ['m.operation'],
  inferenceRegion: ['m.inferenceRegion'],
  status: [
    `if(o.\`amazon-bedrock-guardrailAction\` = "INTERVENED" or action = 1 or coalesce(${STOP_REASONS.join(', ')}) = "guardrail_intervened", "INTERVENED", "")`,
  ],
  stopReason: STOP_REASONS,
  latencyMs: [`${METRICS}.invocationLatency`, 'x_time', 'o.metrics.latencyMs'],
  firstByteMs: [`${METRICS}.firstByteLatency`, 'x_first'],
  requestMetadata: ['jsonStringify(m.requestMetadata)'],
};

/** A group by a missing field would be a row without it, and a map in `stats` is refused: each is a text, if an empty one. */
function textOf(column: Column): string {
  const paths = column.startsWith('metadata.')
    ? [`m.requestMetadata.\`${column.slice('metadata.'.length).replaceAll('`', '')}\``]
    : TEXTS[column as keyof typeof TEXTS];
  const [first] = paths;
  return text(paths.length === 1 ? (first as string) : `coalesce(${paths.join(', ')})`);
}

function text(expression: string): string {
  return `coalesce(concat(${expression}), "")`;
}

/** Where a request's latencies are told: the metrics of a stream. */
const LATENCIES = [...metric('invocationLatency', 'x_time'), ...metric('firstByteLatency', 'x_first')];

/**
 * The lines that give each record its counters, its doubt, what tells its request (`k0`, `k1`, `k2`; without an id by its time) and the
 * columns `a0`, `a1`, …
 */
export function recordLines(columns: readonly Column[]): string[] {
  const texts = columns.map((column, index) => `${textOf(column)} as a${index}`);
  const id = 'if(w = "", concat("?", toMillis(@timestamp)), concat(w)) as k2';
  return [
    ...PARSING,
    ...READING,
    ...(columns.includes('latencyMs') ? LATENCIES : []),
    ...COUNTING,
    ...STREAM,
    ...DOUBTING,
    `fields ${[...texts, `${text('m.accountId')} as k0`, `${text('m.region')} as k1`, id].join(', ')}`,
  ];
}

/** The request metadata of each record, as the text of an object. */
export const METADATA_LINES = [
  ...PARSING,
  ...METADATA_TEXT,
  'fields coalesce(jsonStringify(m.requestMetadata), h_data, g_data) as metadata',
];
