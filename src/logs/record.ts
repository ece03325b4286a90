import type { Invocation } from '../domain/invocation.ts';
import type { LoggedAttributes } from './attributes.ts';
import { flattenedFields, unflattened } from './flattened.ts';
import { skipBlanks } from './json-bytes.ts';
import { ANY_FIELD, createFieldReader, type Keep, type Kept, NOT_JSON, OR_TEXT, TOO_MUCH } from './json-fields.ts';
import { BAD_COUNT, COUNT_MARKS, isFields, tokenCounts, USAGE_FIELDS } from './token-counts.ts';

/** Why a line is no invocation. Counted by reason, never shown with the line's text. */
export type Reject =
  | 'not JSON'
  | 'not a ModelInvocationLog record'
  | 'unreadable timestamp'
  | typeof BAD_COUNT_REASON
  | typeof TOO_MUCH_REASON;

export const BAD_COUNT_REASON = 'token count that is no whole number from 0 to 10^9';

export const TOO_MUCH_REASON = 'more than a record can hold';

export type RecordReading = { invocation: Invocation } | { reject: Reject };

export type Fields = { readonly [field: string]: Kept };

const TIER_FIELDS = {
  serviceTier: { type: true, [OR_TEXT]: true },
  service_tier: true,
  performanceConfig: { latency: true },
} as const;

const BODY_FIELDS = {
  ...USAGE_FIELDS,
  ...TIER_FIELDS,
  usage: { ...USAGE_FIELDS, service_tier: true },
  message: { usage: USAGE_FIELDS, stop_reason: true },
  metadata: { usage: USAGE_FIELDS, metrics: { latencyMs: true }, serviceTier: { type: true } },
  response: { usage: USAGE_FIELDS, service_tier: true },
  metrics: { latencyMs: true },
  stopReason: true,
  stop_reason: true,
  delta: { stop_reason: true },
  messageStop: { stopReason: true },
  'amazon-bedrock-invocationMetrics': { ...USAGE_FIELDS, invocationLatency: true, firstByteLatency: true },
  'amazon-bedrock-guardrailAction': true,
} as const;

/** All that is ever read of a record. No field here can hold prompt or answer text. */
export const RECORD_FIELDS = {
  schemaType: true,
  timestamp: true,
  accountId: true,
  region: true,
  inferenceRegion: true,
  requestId: true,
  operation: true,
  modelId: true,
  errorCode: true,
  identity: { arn: true },
  requestMetadata: { [ANY_FIELD]: true },
  ...TIER_FIELDS,
  input: { ...USAGE_FIELDS, inputBodyJson: TIER_FIELDS },
  output: { ...USAGE_FIELDS, outputBodyJson: BODY_FIELDS },
} as const satisfies Keep;

/** An array element (stream event, cache detail, Titan result) that mentions none of these holds no count, tier or stop reason. */
export const EVENT_FIELDS = [
  ...COUNT_MARKS,
  'metadata',
  'stopReason',
  'stop_reason',
  'amazon-bedrock-invocationMetrics',
  'amazon-bedrock-guardrailAction',
];

const scan = createFieldReader({ ...RECORD_FIELDS, ...flattenedFields(RECORD_FIELDS) }, EVENT_FIELDS);

/** `inputBodyJson`, `outputBodyJson`, or in flattened names what is below them: where prompts and answers are. */
const BODY_MARK = Buffer.from('BodyJson');

/** What is no record can hold prompts under any name. */
const RECORD_MARK = Buffer.from('ModelInvocationLog');

/** No record without bodies is longer; the native parser recurses, so it must not meet what could be nested without end. */
const MAX_PARSED_BYTES = 16 * 1024;

/** Reads one log line. Never throws, whatever the bytes are. */
export function readRecord(line: Buffer): RecordReading {
  // Without bodies there is nothing private to step over, and the native parser is twice as fast on a few hundred bytes.
  if (line.length < MAX_PARSED_BYTES && line.includes(RECORD_MARK) && !line.includes(BODY_MARK))
    return readParsed(line);
  try {
    const { value, end } = scan(line);
    if (!isBlank(line, end)) return { reject: 'not JSON' };
    return recordFromValue(value);
  } catch (error) {
    if (error === NOT_JSON) return { reject: 'not JSON' };
    if (error === TOO_MUCH) return { reject: TOO_MUCH_REASON };
    throw error;
  }
}

function readParsed(line: Buffer): RecordReading {
  let value: Kept;
  try {
    value = JSON.parse(line.toString()) as Kept;
  } catch {
    return { reject: 'not JSON' };
  }
  return recordFromValue(value);
}

function isBlank(bytes: Buffer, from: number): boolean {
  return skipBlanks(bytes, from) >= bytes.length;
}

function recordFromValue(kept: Kept): RecordReading {
  if (!isFields(kept) || kept['schemaType'] !== 'ModelInvocationLog')
    return { reject: 'not a ModelInvocationLog record' };
  try {
    return recordFromFields(unflattened(kept));
  } catch (error) {
    if (error === BAD_COUNT) return { reject: BAD_COUNT_REASON };
    throw error;
  }
}

/** @throws BAD_COUNT */
function recordFromFields(value: Fields): RecordReading {
  const at = timestampFromText(text(value, 'timestamp'));
  if (at === undefined) return { reject: 'unreadable timestamp' };
  const input = fields(value['input']);
  const output = fields(value['output']);
  const bodies = bodiesFromOutput(output['outputBodyJson']);
  return {
    invocation: {
      requestId: text(value, 'requestId') ?? '',
      at,
      tokens: tokenCounts(input, output, bodies),
      latencyMs: lastDefined(bodies, latencyFromBody),
      firstByteMs: lastDefined(bodies, (body) => milliseconds(metricsFromBody(body)['firstByteLatency'])),
      ...loggedFromFields(value),
    },
  };
}

/** What a record says besides its id, its time and its numbers. */
export function loggedFromFields(value: Fields): LoggedAttributes {
  const bodies = bodiesFromOutput(fields(value['output'])['outputBodyJson']);
  const stopReason = lastDefined(bodies, stopReasonFromBody);
  return {
    accountId: text(value, 'accountId') ?? '',
    region: text(value, 'region') ?? '',
    operation: text(value, 'operation') ?? '',
    modelId: text(value, 'modelId') ?? '',
    metadata: textsFromFields(fields(value['requestMetadata'])),
    identityArn: text(fields(value['identity']), 'arn'),
    inferenceRegion: text(value, 'inferenceRegion'),
    errorCode: text(value, 'errorCode'),
    tier: tierFromRecord(value, fields(value['input']), bodies),
    stopReason,
    blocked:
      stopReason === 'guardrail_intervened' ||
      bodies.some((body) => body['amazon-bedrock-guardrailAction'] === 'INTERVENED'),
  };
}

function metricsFromBody(body: Fields): Fields {
  return fields(body['amazon-bedrock-invocationMetrics']);
}

function latencyFromBody(body: Fields): number | undefined {
  return (
    milliseconds(metricsFromBody(body)['invocationLatency']) ??
    milliseconds(fields(body['metrics'])['latencyMs']) ??
    milliseconds(fields(fields(body['metadata'])['metrics'])['latencyMs'])
  );
}

function stopReasonFromBody(body: Fields): string | undefined {
  return (
    text(body, 'stopReason') ??
    text(body, 'stop_reason') ??
    text(fields(body['delta']), 'stop_reason') ??
    text(fields(body['messageStop']), 'stopReason') ??
    text(fields(body['message']), 'stop_reason')
  );
}

/** What the response says of its tier, in its last event that says it; else what was asked for. */
function tierFromRecord(record: Fields, input: Fields, bodies: readonly Fields[]): string | undefined {
  return lastDefined(bodies, tierFromFields) ?? firstDefined([record, fields(input['inputBodyJson'])], tierFromFields);
}

/** A latency-optimized call has a price of its own, so it counts as a tier; past its quota it is served as standard, and the response says so. */
function tierFromFields(holder: Fields): string | undefined {
  const latency = fields(holder['performanceConfig'])['latency'];
  const tier =
    text(fields(holder['serviceTier']), 'type') ??
    text(holder, 'serviceTier') ??
    text(fields(fields(holder['metadata'])['serviceTier']), 'type') ??
    text(holder, 'service_tier') ??
    text(fields(holder['usage']), 'service_tier') ??
    text(fields(holder['response']), 'service_tier');
  return tierFromTexts(tier, typeof latency === 'string' ? latency : undefined);
}

/** @param tier as logged  @param latency `performanceConfig.latency` as logged */
export function tierFromTexts(tier: string | undefined, latency: string | undefined): string | undefined {
  if (latency === 'optimized') return 'latency-optimized';
  if (tier === undefined || tier === 'auto') return latency === 'standard' ? 'standard' : undefined;
  return tier === 'default' ? 'standard' : tier;
}

/** The response body, or the events of a response stream. Bare strings such as "[DONE]" stand between events and say nothing. */
function bodiesFromOutput(body: Kept | undefined): Fields[] {
  if (Array.isArray(body)) return body.filter(isFields);
  return isFields(body) ? [body] : [];
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:(\.\d{1,3})\d*)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Epoch milliseconds. `2026-10-06T07:55:07Z` as AWS writes it, `2026-10-06 07:55:07.000000000` as Panther stores it; no offset means UTC. */
export function timestampFromText(value: string | undefined): number | undefined {
  const parts = TIMESTAMP.exec(value ?? '');
  if (!parts) return undefined;
  const at = Date.parse(`${parts[1]}T${parts[2]}${parts[3] ?? ''}${parts[4] ?? 'Z'}`);
  return Number.isNaN(at) ? undefined : at;
}

// --- internal ---

function fields(value: Kept | undefined): Fields {
  return isFields(value) ? value : {};
}

function text(holder: Fields, field: string): string | undefined {
  const value = holder[field];
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
}

function milliseconds(value: Kept | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 && value < 2 ** 31 ? Math.round(value) : undefined;
}

/** Half a character, which JSON can hold, would make whole reports fail: DuckDB takes none. */
function textsFromFields(holder: Fields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(holder).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toWellFormed(), value.toWellFormed()]] : [],
    ),
  );
}

function firstDefined<Item, Value>(items: readonly Item[], pick: (item: Item) => Value | undefined): Value | undefined {
  for (const item of items) {
    const value = pick(item);
    if (value !== undefined) return value;
  }
  return undefined;
}

function lastDefined<Item, Value>(items: readonly Item[], pick: (item: Item) => Value | undefined): Value | undefined {
  return firstDefined([...items].reverse(), pick);
}
