import type { Column } from '../scans/result-row.ts';
import { fromEnd, fromStart, METADATA_TEXT } from './anchored.ts';
import { COUNTING, metric } from './record-counts.ts';
import { DOUBTING } from './record-doubts.ts';
import { STREAM, text, textOf } from './record-texts.ts';

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
