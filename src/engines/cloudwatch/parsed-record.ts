import { COUNTER_NAMES, COUNTERS, type Counter, EXPECTED_COUNTERS, PROMPT_COUNTERS } from '../../domain/usage-class.ts';
import type { Column } from '../result-row.ts';
import { fromEnd, fromStart, METADATA_TEXT } from './anchored.ts';
import {
  LIFETIME_STATEMENT,
  NAMED_COUNTERS,
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
  // Of what jsonParse cannot read.
  fromStart('"requestId":\\s*"(?<x_id>[^"{}]*)"'),
  fromEnd('"requestId":\\s*"(?<y_id>[^"{}]*)"'),
];

function metric(name: string, as: string): string {
  return `parse x /"${name}":(?<${as}>[\\d.E]+)/`;
}

/** The column of a counter of a record: -1: not stated; -2: could not be reckoned. */
export function recordColumn(counter: Counter): string {
  return `c${COUNTER_NAMES.indexOf(counter)}`;
}

/** Counters by their place in the table, where a record states them at its top (`p0`) and a body in its usage (`u0`) or metrics (`x0`). */
const OWN = COUNTER_NAMES.flatMap((counter, place) => {
  const [own, ...others] = COUNTERS[counter].names as readonly string[];
  if (own === undefined) return [];
  return [
    { counter, place, own: `m.${COUNTERS[counter].holder}.${own}`, metric: own, others: others.filter(isOfUsage) },
  ];
});

/** Titan and Llama state these beside their answer, and at the top of the record, where they are read. */
function isOfUsage(name: string): boolean {
  return !/token_count$|TextTokenCount$/.test(name);
}

const USAGE = 'o.usage';
/** The first event of a stream of Claude's. */
const FIRST = 'o[0].message.usage';
const OPENAI = ['prompt_tokens_details', 'input_tokens_details'].map((details) => `${USAGE}.${details}`);

/** What a usage states of a counter besides its names. */
const USAGE_TOO: Partial<Record<Counter, readonly string[]>> = {
  cacheRead: ['coalesce(r0, -1)', 'coalesce(r1, -1)'],
  cacheWrite: ['u_known', ...OPENAI.map((details) => `coalesce(${details}.cache_write_tokens, -1)`)],
};

/** How the counters that have no names are told, by lifetime. */
const LIFETIMES: Partial<Record<Counter, string>> = {
  cacheWrite1h: 'greatest(u_long, l1)',
  cacheWriteKnown: 'greatest(u_known, e_known)',
};

/** The counts of a record, step by step. */
const COUNTING = [
  ...OWN.map(({ place, metric: name }) => metric(name, `x${place}`)),
  `fields ${[
    ...OWN.map(({ place, own }) => `${own} as p${place}`),
    ...OWN.map(({ place }) => `coalesce(toNumber(x${place}), -1) as z${place}`),
    ...OPENAI.map((details, index) => `${details}.cached_tokens as r${index}`),
    ...[0, 1].map((index) => `coalesce(${USAGE}.cacheDetails[${index}].inputTokens, 0) as d${index}`),
    ...[USAGE, FIRST].map(
      (usage, index) => `coalesce(${usage}.cache_creation.ephemeral_1h_input_tokens, 0) as l${index}`,
    ),
  ].join(', ')}`,
  `fields ${[
    `coalesce(${USAGE}.cache_creation.ephemeral_5m_input_tokens, 0) + l0 + d0 + d1 as u_known`,
    `l0 + ${[0, 1].map((index) => `if(${USAGE}.cacheDetails[${index}].ttl = "1h", d${index}, 0)`).join(' + ')} as u_long`,
    `coalesce(${FIRST}.cache_creation.ephemeral_5m_input_tokens, 0) + l1 as e_known`,
  ].join(', ')}`,
  `fields ${OWN.map(({ counter, place, others }) => `${largest([...others.map((name) => stated(USAGE, name)), ...(USAGE_TOO[counter] ?? [])])} as u${place}`).join(', ')}`,
  // OpenAI's input number holds the cached tokens, and so does one of Converse whose total leaves no room for them.
  `fields ${cutExpression()} as cut`,
  `fields ${COUNTER_NAMES.map((counter) => `coalesce(${counterExpression(counter)}, -2) as ${recordColumn(counter)}`).join(', ')}`,
];

function usageColumn(counter: Counter): string {
  return `u${COUNTER_NAMES.indexOf(counter)}`;
}

function cutExpression(): string {
  const [input, output] = [usageColumn('input'), usageColumn('output')];
  const cached = (['cacheRead', 'cacheWrite'] as const)
    .map((counter) => `greatest(0, ${usageColumn(counter)})`)
    .join(' + ');
  return `if((ispresent(r0) or ispresent(r1) or ${USAGE}.totalTokens = ${input} + greatest(0, ${output})) and ${input} >= ${cached}, ${cached}, 0)`;
}

function counterExpression(counter: Counter): string {
  const own = OWN.find((candidate) => candidate.counter === counter);
  if (!own) return LIFETIMES[counter] ?? '-1';
  const { place, others } = own;
  const [top, metrics, usage] = [`coalesce(p${place}, -1)`, `z${place}`, `u${place}`];
  // The same number stands at the top and in the metrics, where nothing says what it holds.
  if (counter === 'input')
    return largest([top, metrics, usage].map((count) => `${count} - if(${count} = ${usage}, cut, 0)`));
  const first = PROMPT_COUNTERS.includes(counter) ? others.filter((name) => name.includes('_')) : [];
  return largest([
    ...[top, metrics, usage],
    ...first.map((name) => stated(FIRST, name)),
    ...(counter === 'cacheWrite' ? ['e_known'] : []),
  ]);
}

function stated(holder: string, name: string): string {
  return `coalesce(${holder}.${name}, -1)`;
}

function largest(values: readonly string[]): string {
  return values.length === 0 ? '-1' : `greatest(${values.join(', ')})`;
}

/** A whole number from 0 to 10^9, plainly or as Java writes it. */
const WHOLE = '\\d{1,9}(?:\\.0+)?|\\d(?:\\.\\d{1,7})?E[78]|10{9}(?:\\.0+)?|1\\.0E9';

/**
 * 1 for a record that must be looked at itself: it could not be parsed; a count is no whole number from 0 to 10^9; none of a counter was
 * found, and the text states one. For what every record states at its top all of it is searched; for the others the response alone, for
 * a prompt can be full of such words.
 */
const DOUBTING = [
  'fields coalesce(s, @message) as b, coalesce(m.requestId, x_id, y_id, "") as w',
  `fields if(${[
    'not ispresent(m.schemaType)',
    `concat(${OWN.map(({ place }) => `coalesce(p${place}, "")`).join(', ",", ')}) not like /^(?:(?:${WHOLE})?(?:,|$))*$/`,
    `b like /${ODD_STATEMENT}/`,
    `least(${COUNTER_NAMES.map(recordColumn).join(', ')}) < -1`,
    ...NAMED_COUNTERS.map((counter) => {
      const where = EXPECTED_COUNTERS.some((expected) => expected === counter) ? '@message' : 'b';
      return `${recordColumn(counter)} <= 0 and ${where} like /${statementOf(counter)}/`;
    }),
    `startsWith(b, "[") = 1 and b like /${STREAM_STATEMENT}/`,
    `startsWith(b, "[") = 1 and not ispresent(q_tier) and b like /${TIER_STATEMENT}/`,
    `${recordColumn('cacheWriteKnown')} < ${recordColumn('cacheWrite')} and b like /${LIFETIME_STATEMENT}/`,
    `ispresent(${USAGE}.cacheDetails[2].inputTokens)`,
    'm.timestamp not like /^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d/',
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
const LATENCIES = [metric('invocationLatency', 'x_time'), metric('firstByteLatency', 'x_first')];

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
