import type { Column } from '../scans/result-row.ts';

/** The events of a stream: the first that says why the answer ended, or which tier served it, and what a guardrail did. */
export const STREAM = [
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
export function textOf(column: Column): string {
  const paths = column.startsWith('metadata.')
    ? [`m.requestMetadata.\`${column.slice('metadata.'.length).replaceAll('`', '')}\``]
    : TEXTS[column as keyof typeof TEXTS];
  const [first] = paths;
  return text(paths.length === 1 ? (first as string) : `coalesce(${paths.join(', ')})`);
}

export function text(expression: string): string {
  return `coalesce(concat(${expression}), "")`;
}
