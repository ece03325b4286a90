import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * Logs for measuring, made from a seed. Two kinds: with bodies, as Bedrock logs by default (prompts of 0.2 to 60 KB, four in ten
 * answers as stream events), and without, as when text delivery is off.
 */

export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Writes gzipped log files until their text adds up to `bytes`. Returns the invocations written. */
export function makeLogsWithBodies(folder: string, bytes: number): number {
  mkdirSync(folder, { recursive: true });
  const random = createRandom(1);
  const words = Array.from({ length: 3000 }, (_, index) => word(3 + (index % 7), random));
  let written = 0;
  let invocations = 0;
  for (let file = 0; written < bytes; file++) {
    const lines: string[] = [];
    let size = 0;
    while (size < 8e6 && written + size < bytes) {
      const line = recordWithBody(invocations++, words, random);
      lines.push(line);
      size += line.length + 1;
    }
    writeFileSync(join(folder, `${String(file).padStart(4, '0')}.json.gz`), gzipSync(`${lines.join('\n')}\n`));
    written += size;
  }
  return invocations;
}

/**
 * Writes logs without bodies: `count` invocations over October 2026, an hour a file.
 * @param traced with a trace id of its own in the metadata of each, as many applications put there
 */
export function makeLogsWithoutBodies(folder: string, count: number, { traced = false } = {}): void {
  mkdirSync(folder, { recursive: true });
  const random = createRandom(2);
  const hours = 31 * 24;
  const perHour = Math.ceil(count / hours);
  for (let hour = 0, made = 0; hour < hours; hour++) {
    const lines: string[] = [];
    for (let index = 0; index < perHour && made < count; index++, made++)
      lines.push(
        traced ? withTrace(recordWithoutBody(made, hour, random), made) : recordWithoutBody(made, hour, random),
      );
    writeFileSync(
      join(folder, `${String(hour).padStart(3, '0')}.json.gz`),
      gzipSync(`${lines.join('\n')}\n`, { level: 1 }),
    );
  }
}

/** Writes `count` logs of one invocation each, over October 2026, in the folders and under the names that Bedrock gives them. */
export function makeManyLogs(folder: string, count: number): void {
  const random = createRandom(4);
  const hours = 31 * 24;
  const made = new Set<string>();
  for (let index = 0; index < count; index++) {
    const line = recordWithoutBody(index, Math.floor((index * hours) / count), random);
    const { timestamp, region } = JSON.parse(line) as { timestamp: string; region: string };
    const [year, month, day, hour] = timestamp.split(/[-T:]/) as [string, string, string, string];
    const place = join(folder, 'AWSLogs/111122223333/BedrockModelInvocationLogs', region, year, month, day, hour);
    if (!made.has(place)) mkdirSync(place, { recursive: true });
    made.add(place);
    const moment = timestamp.replaceAll(/[-:]/g, '').replace('Z', `${String(index % 1000).padStart(3, '0')}Z`);
    const name = `${moment}_${requestId(index).replaceAll('-', '').slice(-16)}.json.gz`;
    writeFileSync(join(place, name), gzipSync(`${line}\n`, { level: 1 }));
  }
}

/** Writes Converse calls with cached tokens and bodies that each have some of twenty optional fields, 500 to 3,000 bytes each. */
export function makeLogsOfConverse(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const random = createRandom(4);
  const words = Array.from({ length: 3000 }, (_, index) => word(3 + (index % 7), random));
  const perFile = 2_000;
  for (let made = 0, file = 0; made < count; file++) {
    const lines: string[] = [];
    for (; lines.length < perFile && made < count; made++) lines.push(converseRecord(made, words, random));
    writeFileSync(
      join(folder, `${String(file).padStart(4, '0')}.json.gz`),
      gzipSync(`${lines.join('\n')}\n`, { level: 1 }),
    );
  }
}

/** Writes logs without bodies of `count` people, a call each, over 20,000 hours that end with October 2026, a day a file. */
export function makeLogsOfPeople(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const random = createRandom(3);
  const hours = 20_000;
  const byDay = new Map<number, string[]>();
  for (let person = 0; person < count; person++) {
    // Counted back from October.
    const hour = 31 * 24 - 1 - (person % hours);
    const line = recordWithoutBody(person, hour, random).replace('/i-0abc', `/person-${person}`);
    const day = Math.floor(hour / 24);
    const lines = byDay.get(day) ?? [];
    byDay.set(day, lines);
    lines.push(line);
  }
  for (const [day, lines] of byDay)
    writeFileSync(
      join(folder, `${String(day + 1_000).padStart(4, '0')}.json.gz`),
      gzipSync(`${lines.join('\n')}\n`, { level: 1 }),
    );
}

const MODELS = [
  'us.anthropic.claude-sonnet-4-6',
  'global.anthropic.claude-haiku-4-5-20251001-v1:0',
  'us.anthropic.claude-opus-4-8',
  'amazon.nova-lite-v1:0',
  'anthropic.claude-haiku-5-5',
];
const REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1'];
const TEAMS = ['search', 'support', 'payments', 'platform'];

function recordWithoutBody(index: number, hour: number, random: Random): string {
  const at = new Date(Date.UTC(2026, 9, 1, hour) + Math.floor(random() * 3_600_000))
    .toISOString()
    .replace(/\.\d+Z/, 'Z');
  const region = REGIONS[Math.floor(random() * 3)];
  const role = `service-${Math.floor(random() ** 2 * 40)}`;
  const input = 100 + Math.floor(random() * 3000);
  const [read, write] = random() < 0.3 ? [Math.floor(random() * 20_000), Math.floor(random() * 2000)] : [0, 0];
  return `{"timestamp":"${at}","accountId":"111122223333","region":"${region}","requestId":"${requestId(index)}","operation":"Converse","modelId":"${MODELS[Math.floor(random() * 5)]}","identity":{"arn":"arn:aws:sts::111122223333:assumed-role/${role}/i-0abc"},"requestMetadata":{"team":"${TEAMS[Math.floor(random() * 4)]}"},"input":{"inputContentType":"application/json","inputTokenCount":${input},"cacheReadInputTokenCount":${read},"cacheWriteInputTokenCount":${write}},"output":{"outputContentType":"application/json","outputTokenCount":${Math.floor(random() * 800)}},"schemaType":"ModelInvocationLog","schemaVersion":"1.0"}`;
}

function withTrace(line: string, index: number): string {
  return line.replace('"requestMetadata":{', `"requestMetadata":{"trace":"${requestId(index * 7 + 3)}",`);
}

function recordWithBody(index: number, words: readonly string[], random: Random): string {
  const prompt = text(Math.min(60_000, 200 * Math.exp(random() * 5)), words, random);
  const input = Math.floor(prompt.length / 4);
  const output = 50 + Math.floor(random() * 300);
  const answer = text(output * 4, words, random);
  const body = random() < 0.4 ? streamEvents(answer, input, output) : converseBody(answer, input, output);
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 9, 1) + index * 1000).toISOString().replace('.000', ''),
    accountId: '111122223333',
    identity: { arn: `arn:aws:sts::111122223333:assumed-role/service-${Math.floor(random() * 20)}/i-0abc` },
    region: 'us-west-2',
    requestId: requestId(index),
    operation: 'Converse',
    modelId: MODELS[Math.floor(random() * 5)],
    input: {
      inputContentType: 'application/json',
      inputBodyJson: { messages: [{ role: 'user', content: [{ text: prompt }] }] },
      inputTokenCount: input,
    },
    output: { outputContentType: 'application/json', outputBodyJson: body, outputTokenCount: output },
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  });
}

function converseBody(answer: string, inputTokens: number, outputTokens: number) {
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return {
    output: { message: { role: 'assistant', content: [{ text: answer }] } },
    stopReason: 'end_turn',
    metrics: { latencyMs: 300 },
    usage,
  };
}

function streamEvents(answer: string, input_tokens: number, output_tokens: number): object[] {
  const events: object[] = [
    {
      type: 'message_start',
      message: {
        usage: { input_tokens, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 1 },
      },
    },
  ];
  for (let start = 0; start < answer.length; start += 12) {
    events.push({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: answer.slice(start, start + 12) },
    });
  }
  const metrics = {
    inputTokenCount: input_tokens,
    outputTokenCount: output_tokens,
    invocationLatency: 959,
    firstByteLatency: 833,
  };
  events.push(
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens } },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics },
  );
  return events;
}

/** What Converse takes and gives besides messages, tokens and the answer; a call has each or has it not. */
const OPTIONAL_INPUT: Readonly<Record<string, (text: () => string) => unknown>> = {
  system: (text) => [{ text: text() }, { cachePoint: { type: 'default' } }],
  inferenceConfig: () => ({ maxTokens: 2048, temperature: 0.2 }),
  toolConfig: (text) => ({
    tools: [{ toolSpec: { name: 'look_up', description: text(), inputSchema: { json: {} } } }],
  }),
  guardrailConfig: () => ({ guardrailIdentifier: 'gr-1', guardrailVersion: '3', trace: 'enabled' }),
  additionalModelRequestFields: () => ({ top_k: 200, thinking: { type: 'adaptive' } }),
  additionalModelResponseFieldPaths: () => ['/stop_sequence'],
  performanceConfig: () => ({ latency: 'standard' }),
  promptVariables: (text) => ({ name: { text: text() } }),
  requestMetadata: () => ({ feature: 'chat' }),
  serviceTier: () => ({ type: 'default' }),
};
const OPTIONAL_OUTPUT: Readonly<Record<string, (text: () => string) => unknown>> = {
  metrics: () => ({ latencyMs: 812 }),
  stopReason: () => 'end_turn',
  trace: (text) => ({ guardrail: { inputAssessment: { 'gr-1': { note: text() } } } }),
  additionalModelResponseFields: () => ({ stop_sequence: null }),
  performanceConfig: () => ({ latency: 'standard' }),
  serviceTier: () => ({ type: 'default' }),
};
const OPTIONAL_RECORD: Readonly<Record<string, (index: number) => unknown>> = {
  inferenceRegion: (index) => REGIONS[index % 3],
  requestMetadata: (index) => ({ team: TEAMS[index % 4] }),
};

function converseRecord(index: number, words: readonly string[], random: Random): string {
  const some = <Of>(fields: Readonly<Record<string, (of: Of) => unknown>>, of: Of) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, give]) => (random() < 0.5 ? [[name, give(of)] as const] : [])),
    );
  const someText = () => text(100 + random() * 400, words, random);
  const [input, output] = [20 + Math.floor(random() * 400), 50 + Math.floor(random() * 300)];
  const [read, short, long] = [0, 0, 0].map(() => (random() < 0.5 ? Math.floor(random() * 9_000) : 0)) as Triple;
  const cache = random() < 0.8;
  const usage = {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output + (cache ? read + short + long : 0),
    ...(cache && { cacheReadInputTokens: read, cacheWriteInputTokens: short + long }),
    ...(cache &&
      short + long > 0 && {
        cacheDetails: [
          { ttl: '5m', inputTokens: short },
          { ttl: '1h', inputTokens: long },
        ],
      }),
  };
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 9, 1) + index * 5_000).toISOString().replace('.000', ''),
    accountId: '111122223333',
    identity: { arn: `arn:aws:sts::111122223333:assumed-role/service-${Math.floor(random() * 20)}/i-0abc` },
    region: 'us-west-2',
    requestId: requestId(index),
    operation: 'Converse',
    modelId: MODELS[Math.floor(random() * 5)],
    ...some(OPTIONAL_RECORD, index),
    input: {
      inputContentType: 'application/json',
      inputBodyJson: {
        messages: [{ role: 'user', content: [{ text: someText() }] }],
        ...some(OPTIONAL_INPUT, someText),
      },
      inputTokenCount: input,
      ...(cache && { cacheReadInputTokenCount: read, cacheWriteInputTokenCount: short + long }),
    },
    output: {
      outputContentType: 'application/json',
      outputBodyJson: {
        output: { message: { role: 'assistant', content: [{ text: someText() }] } },
        ...some(OPTIONAL_OUTPUT, someText),
        usage,
      },
      outputTokenCount: output,
    },
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  });
}

type Triple = [number, number, number];

function requestId(index: number): string {
  const hex = (Math.imul(index, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  return `${hex}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function word(length: number, random: Random): string {
  return Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
}

function text(length: number, words: readonly string[], random: Random): string {
  const parts: string[] = [];
  for (let size = 0; size < length; ) {
    const next = words[Math.floor(random() * words.length)] as string;
    parts.push(next, random() < 0.03 ? '\n' : random() < 0.02 ? ' "quoted" ' : ' ');
    size += next.length + 1;
  }
  return parts.join('');
}
