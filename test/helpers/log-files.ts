import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import type { Scope } from '../../src/domain/scope.ts';

/** A model id as it is logged, and what the dimensions must make of it. Written down here, not derived. */
export interface KnownModel {
  id: string;
  model: string;
  scope: Scope;
  provider: string | undefined;
  profile: string | undefined;
}

export const MODELS = {
  sonnet: known('anthropic.claude-sonnet-4-6', 'anthropic.claude-sonnet-4-6', 'in-region', 'anthropic'),
  globalSonnet: known('global.anthropic.claude-sonnet-4-6', 'anthropic.claude-sonnet-4-6', 'global', 'anthropic'),
  geoSonnet: known(
    'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.claude-sonnet-4-6',
    'anthropic.claude-sonnet-4-6',
    'geo',
    'anthropic',
  ),
  llama: known('meta.llama3-3-70b-instruct-v1:0', 'meta.llama3-3-70b-instruct-v1:0', 'in-region', 'meta'),
  profile: known(
    'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/k3v9q2m7x1ab',
    'application-inference-profile/k3v9q2m7x1ab',
    'unknown',
    undefined,
    'application-inference-profile/k3v9q2m7x1ab',
  ),
} as const satisfies Record<string, KnownModel>;

function known(id: string, model: string, scope: Scope, provider?: string, profile?: string): KnownModel {
  return { id, model, scope, provider, profile };
}

export interface KnownCaller {
  arn: string | undefined;
  principal: string | undefined;
  session: string | undefined;
}

export const CALLERS = {
  ada: {
    arn: 'arn:aws:sts::111122223333:assumed-role/Developer/ada@example.com',
    principal: 'role/Developer',
    session: 'ada@example.com',
  },
  bilal: {
    arn: 'arn:aws:sts::111122223333:assumed-role/Developer/bilal@example.com',
    principal: 'role/Developer',
    session: 'bilal@example.com',
  },
  ci: { arn: 'arn:aws:iam::111122223333:user/team/ci', principal: 'user/team/ci', session: undefined },
  root: { arn: 'arn:aws:iam::111122223333:root', principal: 'root', session: undefined },
  nobody: { arn: undefined, principal: undefined, session: undefined },
} as const satisfies Record<string, KnownCaller>;

/** What a test says of one log record. */
export interface Call {
  requestId: string;
  /** ISO 8601, whole seconds. */
  at: string;
  account: string;
  region: string;
  inferenceRegion: string | undefined;
  operation: string;
  model: KnownModel;
  caller: KnownCaller;
  /** Undefined: the record does not state it. */
  input: number | undefined;
  output: number | undefined;
  cacheRead: number;
  cacheWrite: number;
  /** The part of `cacheWrite` that lives an hour; undefined when no body tells the lifetimes. */
  cacheWrite1h: number | undefined;
  tier: string | undefined;
  errorCode: string | undefined;
  blocked: boolean;
  /** Why the answer ended, where no guardrail ended it; undefined when no body tells. */
  stopReason: string | undefined;
  latencyMs: number | undefined;
  firstByteMs: number | undefined;
  metadata: Readonly<Record<string, string>>;
}

let calls = 0;

/** A record in which everything that does not matter to the test has some value. Each has a request id of its own. */
export function callOf(fields: Partial<Call> = {}): Call {
  return {
    requestId: `request-${++calls}`,
    at: '2026-10-14T12:30:00Z',
    account: '111122223333',
    region: 'us-east-1',
    inferenceRegion: undefined,
    operation: 'Converse',
    model: MODELS.sonnet,
    caller: CALLERS.ada,
    input: 100,
    output: 10,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWrite1h: undefined,
    tier: undefined,
    errorCode: undefined,
    blocked: false,
    stopReason: 'end_turn',
    latencyMs: undefined,
    firstByteMs: undefined,
    metadata: {},
    ...fields,
  };
}

/** A log record as Bedrock writes it. */
export type LogRecord = Record<string, unknown>;

export function recordOf(call: Call): LogRecord {
  return {
    timestamp: call.at,
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
    accountId: call.account,
    region: call.region,
    requestId: call.requestId,
    operation: call.operation,
    modelId: call.model.id,
    identity: { arn: call.caller.arn },
    inferenceRegion: call.inferenceRegion,
    errorCode: call.errorCode,
    requestMetadata: Object.keys(call.metadata).length === 0 ? undefined : call.metadata,
    input: {
      inputContentType: 'application/json',
      inputTokenCount: call.input,
      cacheReadInputTokenCount: call.cacheRead,
      cacheWriteInputTokenCount: call.cacheWrite,
    },
    output: {
      outputContentType: 'application/json',
      outputTokenCount: call.output,
      outputBodyJson: {
        stopReason: call.blocked ? 'guardrail_intervened' : call.stopReason,
        serviceTier: call.tier === undefined ? undefined : { type: call.tier },
        'amazon-bedrock-invocationMetrics':
          call.latencyMs === undefined
            ? undefined
            : { invocationLatency: call.latencyMs, firstByteLatency: call.firstByteMs },
        usage: {
          cacheDetails:
            call.cacheWrite1h === undefined
              ? undefined
              : [
                  { ttl: '5m', inputTokens: call.cacheWrite - call.cacheWrite1h },
                  { ttl: '1h', inputTokens: call.cacheWrite1h },
                ],
        },
      },
    },
  };
}

/** A line of a log file: a record, or text as it stands. */
export type Line = Call | string;

export function lineOf(line: Line): string {
  return typeof line === 'string' ? line : JSON.stringify(recordOf(line));
}

/** One record a line, as AWS delivers them. */
export function textOf(lines: readonly Line[]): string {
  return lines.map((line) => `${lineOf(line)}\n`).join('');
}

/** The folder of a delivery below a bucket: AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/yyyy/MM/dd/HH. */
export function deliveryFolder({ account, region, at }: Pick<Call, 'account' | 'region' | 'at'> = callOf()): string {
  const hour = at.slice(0, 13).replaceAll(/[-T]/g, '/');
  return `AWSLogs/${account}/BedrockModelInvocationLogs/${region}/${hour}`;
}

/** Writes files below a folder, by relative path; a name ending in .gz is packed, unless its content is bytes. Returns their paths. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, readonly Line[] | Buffer>>,
): Promise<string[]> {
  const written = Object.entries(files).map(async ([name, content]) => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.isBuffer(content) ? content : packed(name, textOf(content)));
    return path;
  });
  return Promise.all(written);
}

function packed(name: string, text: string): Buffer {
  return name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
}

/** Writes each delivery as a file of its own in the layout of S3, by turns as .json.gz, .json and .jsonl. */
export async function writeDeliveries(folder: string, deliveries: readonly (readonly Line[])[]): Promise<void> {
  const endings = ['json.gz', 'json', 'jsonl'];
  const files = deliveries.map((lines, index) => {
    const first = lines.find((line) => typeof line !== 'string');
    return [`${deliveryFolder(first)}/delivery-${index}.${endings[index % endings.length]}`, lines] as const;
  });
  await writeFiles(folder, Object.fromEntries(files));
}

/** An empty folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
