/**
 * Writes examples/sample-logs: October 2026 of "Larkspur", an invented company with one AWS account, as the model
 * invocation logs Bedrock would have delivered to S3, and expected.json with the sums. Same bytes on every run.
 *
 *   node scripts/make-sample-logs.ts [--out DIR] [--stories]     (--stories prints the README table, writes nothing)
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

type Range = [from: number, to: number];
/** A miss writes the prefix; a hit reads it and writes the tokens `added` since. */
type Cache = { prefix: Range; added?: Range; hitRate: number; ttl?: '1h' };

/** Story 1. In one night nightly-summaries loops: 15 times its usual calls on Opus 4.8, large inputs, no caching. */
const RUNAWAY = { day: 14, from: '01:10', to: '05:40', calls: 300, input: [75000, 150000] as Range };
/** Story 2. A timestamp heads support-bot's prompt, so its cache is written and never read; checkout-assistant's is. */
const STAMPED_CACHE: Cache = { prefix: [23000, 24600], hitRate: 0.03 };
const SHOP_CACHE: Cache = { prefix: [18240, 18240], hitRate: 0.94 };
/** Story 3. From the 20th data-pipeline tries a model nobody has a price for. */
const PREVIEW = { model: 'acme.orion-1-preview-v1:0', fromDay: 20 };
/** Story 4. doc-search calls this profile, which stands for us.anthropic.claude-haiku-4-5; the log does not say so. */
const APP_PROFILE = 'k3v9q2m7x1ab';
/** Story 5. On the 22nd data-pipeline is throttled and retries in storms; a few other calls are refused or blocked. */
const THROTTLING = { day: 22, bursts: ['09:02', '11:30', '14:15'], jobs: 12, attempts: 5 };
const REFUSAL_RATE = { ValidationException: 0.002, AccessDeniedException: 0.025 };
const GUARDRAIL_BLOCKS = [6, 9, 13, 20, 22, 27, 29];
/** Story 6. On the 19th the developers move from Sonnet 4.6 to Opus 4.8: about the same tokens, more dollars. */
const SHIFT_DAY = 19;
/** Story 7. doc-search caches its corpus for 1 hour, at 2x input instead of 1.25x; only bodies show the split. */
const CORPUS_CACHE: Cache = { prefix: [32400, 32400], hitRate: 0.7, ttl: '1h' };
/** Story 8. Weekends are quiet and use grows slowly; eu-west-1 routes through eu. where global. is a tenth cheaper. */
const GROWTH = 0.12;
/** Haiku 5.5 came out on the 7th; checkout-assistant moved its intent calls there the same day. */
const HAIKU_55_DAY = 7;
/** No story: some calls have so many prompt tokens and so short an answer. */
const LARGE = { prompt: 30_000, output: 900 };
/** Real logs repeat streams: a zeroed record, then the full one, now and then in a later file. */
const TWIN = { rate: 0.1, laterFile: 0.15 };

const ACCOUNT = '111122223333';
const MONTH_START = Date.UTC(2026, 9, 1);
const DAYS = 31;
const DAY_SECONDS = 86_400;
const LOG_ROOT = `AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs`;
const NO_TOKENS = { input: 0, output: 0, read: 0, write5m: 0, write1h: 0 };
const BUCKET = 's3://larkspur-bedrock-logs';
const TEXT = '(text left out of the sample)';
const FOREIGN_LINE = '{"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{}}';
const PERMISSION_LINE = 'Permissions are correctly set for Amazon Bedrock logs.';

/** Foundation model and its USD per 1M input and output tokens through `global.`; no rates means unpriced. */
const MODELS: Record<string, [id: string, ...rates: number[]]> = {
  sonnet: ['anthropic.claude-sonnet-4-6', 3, 15],
  opus: ['anthropic.claude-opus-4-8', 5, 25],
  haiku45: ['anthropic.claude-haiku-4-5-20251001-v1:0', 1, 5],
  haiku55: ['anthropic.claude-haiku-5-5', 0.1, 0.5],
  lite: ['amazon.nova-lite-v1:0', 0.06, 0.24],
  pro: ['amazon.nova-pro-v1:0', 0.8, 3.2],
  titan: ['amazon.titan-embed-text-v2:0', 0.02, 0],
  oss: ['openai.gpt-oss-120b-1:0', 0.15, 0.6],
  llama: ['meta.llama3-3-70b-instruct-v1:0', 0.72, 0.72],
  preview: [PREVIEW.model],
  app: [`application-inference-profile/${APP_PROFILE}`],
};

const OPERATIONS = { C: 'Converse', CS: 'ConverseStream', I: 'InvokeModel', IS: 'InvokeModelWithResponseStream' };

/** How busy each UTC hour is, 0 to 9. */
const HOURS = {
  us: '210000000000148998799864',
  eu: '000000148998689852110000',
  shop: '654322223456788999999887',
  night: '059960000000000000000000',
  flat: '111111111111111111111111',
};

/** Days of the month on which a workload runs. */
const SPANS: Record<string, Range> = {
  all: [1, DAYS],
  trial: [PREVIEW.fromDay, DAYS],
  'pre-5.5': [1, HAIKU_55_DAY - 1],
  'since-5.5': [HAIKU_55_DAY, DAYS],
  'pre-shift': [1, SHIFT_DAY - 1],
  shifted: [SHIFT_DAY, DAYS],
};

const CACHES: Record<string, Cache> = {
  stamped: STAMPED_CACHE,
  shop: SHOP_CACHE,
  corpus: CORPUS_CACHE,
  coding: { prefix: [40000, 185000], added: [2000, 32000], hitRate: 0.95 },
};

/** A record waits for its region's next delivery, so it may lie in the folder of a later hour or day. */
const DELIVERIES = {
  'us-east-1': deliveries([5, 11, 17, 23]),
  'eu-west-1': deliveries([11, 23]),
  'us-west-2': deliveries([15, 23]),
};

const SERVING_REGIONS: Record<string, string[]> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  eu: ['eu-central-1', 'eu-west-1', 'eu-west-3'],
  global: ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1'],
};

const DEVELOPER_ROLE = 'AWSReservedSSO_Developer_5c1e09b7d2f4a863';
const CALLERS: Record<string, string[]> = {
  'checkout-assistant': role('checkout-assistant', 'i-0a41c7d2e9f3b8561 i-0b93e5f60c12d7a48 i-0c7d18a4b5e2f9036'),
  'support-bot': role('support-bot', 'i-0d25f8c3a7b1e6094 i-0e6b09d4f2c83a715'),
  'doc-search': role('doc-search', 'doc-search-api'),
  'nightly-summaries': role('nightly-summaries', 'nightly-summaries-job'),
  'data-pipeline': role('data-pipeline', 'worker-1 worker-2 worker-3'),
  'dev-east': ['ada', 'bilal', 'chiara', 'dmitri', 'esi'].flatMap(developer),
  'dev-west': ['farah', 'goro'].flatMap(developer),
  'dev-eu': ['hanna'].flatMap(developer),
  ci: [`arn:aws:iam::${ACCOUNT}:user/ci`],
  dana: [`arn:aws:iam::${ACCOUNT}:user/team/dana`],
  root: [`arn:aws:iam::${ACCOUNT}:root`],
};

const METADATA: Record<string, Record<string, string>> = {
  'checkout-assistant': { team: 'payments', 'cost-center': 'cc-1100', env: 'prod' },
  'support-bot': { team: 'support', 'cost-center': 'cc-1200', env: 'prod' },
  'doc-search': { team: 'search', 'cost-center': 'cc-1300', env: 'prod' },
  'data-pipeline': { team: 'data', 'cost-center': 'cc-1400', env: 'staging' },
};

/**
 * `caller/job`, region, `route/model` (`-` is the bare id), operation, calls on a weekday, weekend share, hours, days,
 * input tokens, output tokens `from-to/limit`, cache, share of calls with bodies, share of calls with request metadata.
 * Rows with no calls serve the stories. The developers use Claude Code: few fresh tokens, a long cached conversation.
 */
const WORKLOADS = `
checkout-assistant/chat    us-east-1 us/sonnet      CS 55 .6  shop  all       400-2500     150-1800/2048  shop    .12 .6
checkout-assistant/intent  us-east-1 global/haiku45 C  20 .6  shop  pre-5.5   300-900      8-60/64        -       .1  .6
checkout-assistant/intent5 us-east-1 global/haiku55 C  20 .6  shop  since-5.5 300-900      8-60/64        -       .1  .6
support-bot/us             us-east-1 us/sonnet      CS 26 .5  shop  all       300-1800     150-1500/2048  stamped .12 1
support-bot/eu             eu-west-1 eu/sonnet      CS 26 .5  eu    all       300-1800     150-1500/2048  stamped .12 1
support-bot/guarded        us-east-1 us/sonnet      I  0  0   shop  all       300-900      50-60/512      -       1   1
doc-search/answers         us-east-1 -/app          CS 14 .3  us    all       2000-9000    200-1500/2048  -       .07 .5
doc-search/embed           us-east-1 -/titan        I  20 .3  us    all       80-700       -              -       0   .5
doc-search/corpus          us-east-1 us/sonnet      CS 8  .2  us    all       300-1500     300-2500/4096  corpus  .9  .5
doc-search/index           us-east-1 us/sonnet      I  5  .2  us    all       300-1500     300-2500/4096  corpus  1   .5
nightly-summaries/digest   us-east-1 us/opus        C  20 1   night all       10000-50000  800-6000/8192  -       .1  0
data-pipeline/llama        us-east-1 us/llama       C  8  .5  flat  all       900-6000     200-1500/2048  -       .1  .5
data-pipeline/oss          us-east-1 -/oss          C  12 .5  flat  all       900-8000     200-2500/4096  -       .1  .5
data-pipeline/lite         us-east-1 -/lite         C  14 .5  flat  all       1200-15000   100-900/1024   -       .1  .5
data-pipeline/pro          us-east-1 -/pro          C  10 .5  flat  all       1500-20000   200-1800/2048  -       .1  .5
data-pipeline/extract      us-east-1 -/sonnet       C  12 .5  flat  all       20000-90000  1500-8000/8192 -       .08 .5
data-pipeline/preview      us-east-1 -/preview      CS 11 .4  flat  trial     900-9000     300-2500/4096  -       .1  0
dev-east/sonnet            us-east-1 us/sonnet      IS 68 .06 us    pre-shift 2-9          300-5500/32000 coding  .09 0
dev-west/sonnet            us-west-2 us/sonnet      IS 27 .06 us    pre-shift 2-9          300-5500/32000 coding  .09 0
dev-eu/sonnet              eu-west-1 eu/sonnet      IS 14 .06 eu    pre-shift 2-9          300-5500/32000 coding  .09 0
dev-east/opus              us-east-1 us/opus        IS 68 .06 us    shifted   2-9          300-5500/32000 coding  .09 0
dev-west/opus              us-west-2 us/opus        IS 27 .06 us    shifted   2-9          300-5500/32000 coding  .09 0
dev-eu/opus                eu-west-1 eu/opus        IS 14 .06 eu    shifted   2-9          300-5500/32000 coding  .09 0
dev-east/background        us-east-1 us/haiku45     IS 12 0   us    all       200-2500     5-300/1024     -       .05 0
ci/review                  us-west-2 -/sonnet       I  10 .1  us    all       12000-70000  600-4500/8192  -       .1  0
dana/analysis              us-east-1 global/opus    C  11 .1  us    all       20000-150000 1500-7900/8192 -       .1  0
root/console               us-east-1 -/sonnet       C  0  0   us    all       30-60        80-90/512      -       1   0
`
  .trim()
  .split('\n')
  .map(parseWorkload);

type Region = keyof typeof DELIVERIES;
type Calendar = [weekday: string, weekend: string, hours: keyof typeof HOURS, days: string];
type Traffic = [input: string, output: string, cache: string, bodies: string, metadata: string];
type Cells = [name: string, Region, routed: string, keyof typeof OPERATIONS, ...Calendar, ...Traffic];
type Workload = ReturnType<typeof parseWorkload>;
type Rng = () => number;
type Tokens = { input: number; output: number; read: number; write5m: number; write1h: number };
type Call = ReturnType<typeof makeCall>;
type Json = Record<string, unknown>;

function parseWorkload(line: string) {
  const [name, region, routed, operation, weekday, weekend, hours, ...tokens] = line.split(/\s+/) as Cells;
  const [days, input, output, cache, bodies, metadata] = tokens;
  const [route, model] = routed.split('/') as [string, string];
  const [outputRange, limit] = output.split('/') as [string, string?];
  const [id, ...rates] = defined(MODELS[model]);
  return {
    name,
    region,
    route,
    operation: OPERATIONS[operation],
    model: id,
    rates,
    weekday: Number(weekday),
    weekend: Number(weekend),
    hours: HOURS[hours],
    days: defined(SPANS[days]),
    input: range(input),
    output: outputRange === '-' ? undefined : range(outputRange),
    limit: Number(limit),
    cache: CACHES[cache],
    bodies: Number(bodies),
    metadata: Number(metadata),
  };
}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The sample generator contradicts itself.');
  return value;
}

function range(text: string): Range {
  return text.split('-').map(Number) as Range;
}

function deliveries(hours: number[]): number[] {
  const rng = createRng(`deliveries ${hours}`);
  const someMinutes = (): number => 300 + Math.floor(rng() * 3000);
  const inOneDay = (day: number): number[] => hours.map((hour) => day * DAY_SECONDS + hour * 3600 + someMinutes());
  const times = Array.from({ length: DAYS }, (_, day) => inOneDay(day)).flat();
  return [...times.slice(0, -1), DAYS * DAY_SECONDS - 1];
}

function role(name: string, sessions: string): string[] {
  return sessions.split(' ').map((session) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`);
}

function developer(name: string): string[] {
  return role(DEVELOPER_ROLE, `${name}@larkspur.example`);
}

/** mulberry32, seeded with the FNV-1a hash of a name, so that a change to one workload leaves the others alone. */
function createRng(seed: string): Rng {
  let state = 2_166_136_261;
  for (const char of `larkspur ${seed}`) state = Math.imul(state ^ char.charCodeAt(0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(rng: Rng, items: ArrayLike<T>): T => items[Math.floor(rng() * items.length)] as T;
/** Small values are commoner than large ones: the mean lies a third of the way up. */
const draw = (rng: Rng, [from, to]: Range): number => from + Math.floor(rng() ** 2 * (to - from + 1));
const hex = (rng: Rng, length: number): string => Array.from({ length }, () => pick(rng, '0123456789abcdef')).join('');
const uuid = (rng: Rng): string =>
  [hex(rng, 8), hex(rng, 4), `4${hex(rng, 3)}`, pick(rng, '89ab') + hex(rng, 3), hex(rng, 12)].join('-');
/** Seconds since the start of the month. */
const at = (day: number, clock: string): number =>
  (day - 1) * DAY_SECONDS + Number(clock.slice(0, 2)) * 3600 + Number(clock.slice(3)) * 60;
const dayOf = (time: number): number => Math.floor(time / DAY_SECONDS) + 1;
const iso = (time: number): string => new Date(MONTH_START + time * 1000).toISOString().replace('.000Z', 'Z');
const isWeekend = (day: number): boolean =>
  [0, 6].includes(new Date(MONTH_START + at(day, '00:00') * 1000).getUTCDay());
const isError = ({ outcome }: Call): boolean => outcome !== 'ok' && outcome !== 'blocked';
const isUnpriced = (workload: Workload): boolean => workload.rates.length === 0;
const workloadNamed = (name: string): Workload => defined(WORKLOADS.find((workload) => workload.name === name));
const callerOf = (workload: Workload): string => workload.name.replace(/\/.*/, '');

function makeCall(workload: Workload, time: number, rng: Rng, outcome = refusal(workload, rng) ?? 'ok') {
  const tokens = outcome === 'ok' ? drawTokens(workload, rng) : { ...NO_TOKENS };
  const bodies = rng() < workload.bodies;
  if (!bodies) Object.assign(tokens, { write5m: tokens.write5m + tokens.write1h, write1h: 0 });
  const twin = outcome === 'ok' && workload.operation === 'ConverseStream' && rng() < TWIN.rate;
  return {
    workload,
    time,
    outcome,
    tokens,
    bodies,
    id: uuid(rng),
    arn: pick(rng, defined(CALLERS[callerOf(workload)])),
    metadata: rng() < workload.metadata ? METADATA[callerOf(workload)] : undefined,
    servedBy: pick(rng, SERVING_REGIONS[workload.route] ?? [undefined]),
    firstByteMs: draw(rng, [380, 2600]),
    msPerToken: 6 + rng() * 14,
    countsOnTop: !bodies || rng() < 0.5,
    twin: twin ? { gap: Math.floor(rng() * 3), late: rng() < TWIN.laterFile } : undefined,
    largeBody: false,
  };
}

/** What the log lets a reader know: the 1-hour part of a cache write is visible only where there is a body. */
function drawTokens({ input, output, limit, cache }: Workload, rng: Rng): Tokens {
  const tokens: Tokens = { ...NO_TOKENS, input: draw(rng, input) };
  if (output) tokens.output = rng() < 0.015 ? limit : draw(rng, output);
  if (!cache) return tokens;
  const prefix = draw(rng, cache.prefix);
  const hit = rng() < cache.hitRate;
  tokens.read = hit ? prefix : 0;
  tokens.write5m = hit ? draw(rng, cache.added ?? [0, 0]) : cache.ttl ? draw(rng, [400, 2400]) : prefix;
  tokens.write1h = !hit && cache.ttl ? prefix : 0;
  return tokens;
}

function refusal(workload: Workload, rng: Rng): string | undefined {
  if (isUnpriced(workload)) return undefined;
  if (rng() < REFUSAL_RATE.ValidationException) return 'ValidationException';
  const restricted = ['ci', 'dana'].includes(callerOf(workload));
  return restricted && rng() < REFUSAL_RATE.AccessDeniedException ? 'AccessDeniedException' : undefined;
}

function usualCalls(workload: Workload): Call[] {
  const rng = createRng(workload.name);
  const calls: Call[] = [];
  const clock = [...workload.hours].flatMap((weight, hour) => Array<number>(Number(weight)).fill(hour));
  for (let day = workload.days[0]; day <= workload.days[1]; day++) {
    const growth = 1 + GROWTH * (day / DAYS - 0.5);
    const expected = workload.weekday * (isWeekend(day) ? workload.weekend : 1) * growth * (0.9 + rng() * 0.2);
    for (let left = Math.floor(expected + rng()); left > 0; left--)
      calls.push(makeCall(workload, at(day, '00:00') + pick(rng, clock) * 3600 + Math.floor(rng() * 3600), rng));
  }
  return calls;
}

function runawayCalls(): Call[] {
  const rng = createRng('runaway');
  const workload = { ...workloadNamed('nightly-summaries/digest'), input: RUNAWAY.input };
  const [start, end] = [at(RUNAWAY.day, RUNAWAY.from), at(RUNAWAY.day, RUNAWAY.to)];
  const step = (end - start) / RUNAWAY.calls;
  return Array.from({ length: RUNAWAY.calls }, (_, n) =>
    makeCall(workload, Math.floor(start + (n + rng() * 0.9) * step), rng, 'ok'),
  );
}

/** Each job is throttled, waits 1, 2, 4, 8 seconds and tries again under a new request id until it gets through. */
function throttledCalls(): Call[] {
  const rng = createRng('throttling');
  const workload = workloadNamed('data-pipeline/extract');
  return THROTTLING.bursts.flatMap((clock) =>
    Array.from({ length: THROTTLING.jobs }, () => Math.floor(rng() * 40)).flatMap((delay) =>
      Array.from({ length: THROTTLING.attempts + 1 }, (_, attempt) => {
        const time = at(THROTTLING.day, clock) + delay + 2 ** attempt;
        return makeCall(workload, time, rng, attempt < THROTTLING.attempts ? 'ThrottlingException' : 'ok');
      }),
    ),
  );
}

function oddCalls(): Call[] {
  const rng = createRng('odd');
  const guarded = workloadNamed('support-bot/guarded');
  const root = makeCall(workloadNamed('root/console'), at(2, '16:20'), rng, 'ok');
  const blockedOn = (day: number): Call => makeCall(guarded, at(day, '15:04') + draw(rng, [0, 9000]), rng, 'blocked');
  return [root, ...GUARDRAIL_BLOCKS.map(blockedOn)];
}

function allCalls(): Call[] {
  const calls = [...WORKLOADS.flatMap(usualCalls), ...runawayCalls(), ...throttledCalls(), ...oddCalls()];
  calls.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  const candidates = calls.filter((call) => call.workload.name === 'dev-east/opus' && call.outcome === 'ok');
  defined(candidates.find((call) => !call.bodies)).largeBody = true;
  return calls;
}

function modelIdOf({ route, model, region, operation }: Workload): string {
  if (model.startsWith('application-')) return `arn:aws:bedrock:${region}:${ACCOUNT}:${model}`;
  if (route === '-') return model;
  const profile = `${route}.${model}`;
  return operation.startsWith('Invoke') ? `arn:aws:bedrock:${region}:${ACCOUNT}:inference-profile/${profile}` : profile;
}

function recordOf(call: Call, input: Json, output: Json, time = call.time): Json {
  const { workload, metadata, outcome } = call;
  return {
    timestamp: iso(time),
    accountId: ACCOUNT,
    region: workload.region,
    requestId: call.id,
    operation: workload.operation,
    modelId: modelIdOf(workload),
    ...(isError(call) && { errorCode: outcome }),
    input: { inputContentType: 'application/json', ...input },
    output: { outputContentType: 'application/json', ...output },
    identity: { arn: call.arn },
    ...(metadata && { requestMetadata: metadata }),
    ...(outcome === 'ok' && call.servedBy && { inferenceRegion: call.servedBy }),
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  };
}

function fullRecord(call: Call): Json {
  const { workload, tokens, outcome, bodies } = call;
  const inputBody = bodies && { inputBodyJson: requestBody(workload) };
  if (outcome === 'blocked') return recordOf(call, { ...inputBody }, { outputBodyJson: blockedBody() });
  if (outcome !== 'ok') return recordOf(call, {}, {});
  const hasCacheCounts = workload.model.includes('nova') || (workload.cache && call.countsOnTop);
  return recordOf(
    call,
    { ...inputBody, inputTokenCount: tokens.input, ...(hasCacheCounts && cacheCounts(tokens)) },
    {
      ...(bodies && { outputBodyJson: responseBody(call) }),
      ...(call.largeBody && { outputBodyJson: [], outputBodyS3Path: `${BUCKET}/${largeBodyPath(call)}` }),
      ...(workload.output && { outputTokenCount: tokens.output }),
    },
  );
}

const cacheCounts = ({ read, write5m, write1h }: Tokens): Json => ({
  cacheReadInputTokenCount: read,
  cacheWriteInputTokenCount: write5m + write1h,
});

function requestBody({ operation, limit, cache }: Workload): Json {
  if (operation.startsWith('Converse')) {
    const cachePoint = { type: 'default', ...(cache?.ttl && { ttl: cache.ttl }) };
    return {
      ...(cache && { system: [{ text: TEXT }, { cachePoint }] }),
      messages: [{ role: 'user', content: [{ text: TEXT }] }],
      inferenceConfig: { maxTokens: limit },
    };
  }
  const cacheControl = cache && { cache_control: { type: 'ephemeral', ...(cache.ttl && { ttl: cache.ttl }) } };
  return {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: limit,
    ...(cache && { system: [{ type: 'text', text: TEXT, ...cacheControl }] }),
    messages: [{ role: 'user', content: [{ type: 'text', text: TEXT }] }],
  };
}

function responseBody(call: Call): Json | Json[] {
  const { operation } = call.workload;
  if (operation.startsWith('Converse')) return converseBody(call);
  return operation === 'InvokeModel' ? messageBody(call) : messageEvents(call);
}

const latencyOf = (call: Call): number => Math.round(call.firstByteMs + call.tokens.output * call.msPerToken);

function stopReasonOf({ workload, tokens, id }: Call): string {
  if (tokens.output === workload.limit) return 'max_tokens';
  return workload.name.startsWith('dev-') && id < 'c' ? 'tool_use' : 'end_turn';
}

function converseBody(call: Call): Json {
  const { input, output, read, write5m, write1h } = call.tokens;
  const write = write5m + write1h;
  const cacheDetails = Object.entries({ '1h': write1h, '5m': write5m }).map(([ttl, inputTokens]) => ({
    ttl,
    inputTokens,
  }));
  return {
    output: { message: { role: 'assistant', content: [{ text: TEXT }] } },
    stopReason: stopReasonOf(call),
    metrics: { latencyMs: latencyOf(call) },
    usage: {
      inputTokens: input,
      ...(call.workload.cache && { cacheReadInputTokens: read, cacheWriteInputTokens: write }),
      outputTokens: output,
      totalTokens: input + read + write + output,
      ...(call.workload.cache?.ttl && write > 0 && { cacheDetails }),
    },
  };
}

function messageBody(call: Call): Json {
  const { input, output, read, write5m, write1h } = call.tokens;
  return {
    model: call.workload.model.replace('anthropic.', '').replace('-v1:0', ''),
    id: `msg_bdrk_${call.id.slice(0, 8)}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: TEXT }],
    stop_reason: stopReasonOf(call),
    usage: {
      input_tokens: input,
      cache_creation_input_tokens: write5m + write1h,
      cache_read_input_tokens: read,
      cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
      output_tokens: output,
    },
  };
}

function messageEvents(call: Call): Json[] {
  const message = messageBody(call);
  const { cache_creation, ...finalUsage } = message['usage'] as Json;
  const firstUsage = { ...finalUsage, cache_creation, output_tokens: 1 };
  const metrics = {
    inputTokenCount: call.tokens.input,
    outputTokenCount: call.tokens.output,
    invocationLatency: latencyOf(call),
    firstByteLatency: call.firstByteMs,
    ...cacheCounts(call.tokens),
  };
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage: firstUsage } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } },
    { type: 'message_delta', delta: { stop_reason: message['stop_reason'] }, usage: finalUsage },
    { type: 'message_stop', 'amazon-bedrock-invocationMetrics': metrics },
  ];
}

function blockedBody(): Json {
  const usage = { topicPolicyUnits: 1, contentPolicyUnits: 1, wordPolicyUnits: 1 };
  const input = { gr7larkspur01: { invocationMetrics: { guardrailProcessingLatency: 270, usage } } };
  return {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'Sorry, I cannot help with that.' }],
    'amazon-bedrock-trace': { guardrail: { input, actionReason: 'Guardrail blocked.' } },
    'amazon-bedrock-guardrailAction': 'INTERVENED',
  };
}

/** Where a record of this time is delivered; `skip` takes a later file. The month's last file takes the rest. */
function fileFor(region: Region, time: number, skip = 0): string {
  const deliveries = DELIVERIES[region];
  const due = deliveries.findIndex((delivery) => delivery > time) + skip;
  const delivery = iso(deliveries[due] ?? defined(deliveries.at(-1)));
  const name = `${delivery.replace(/[-:Z]/g, '')}000Z_${hex(createRng(region + delivery), 16)}.json.gz`;
  return `${LOG_ROOT}/${region}/${delivery.slice(0, 13).replace(/[-T]/g, '/')}/${name}`;
}

const largeBodyPath = ({ workload, time, id }: Call): string =>
  join(dirname(fileFor(workload.region, time)), 'data', `${id}_output.json.gz`);

function logFiles(calls: Call[]): Map<string, string[]> {
  const entries = calls.flatMap((call) => {
    const { twin, time, workload } = call;
    const full = { time, path: fileFor(workload.region, time, twin?.late ? 1 : 0), record: fullRecord(call) };
    if (!twin) return [full];
    const first = time - twin.gap;
    const zeroed = recordOf(call, { inputTokenCount: 0 }, { outputTokenCount: 0 }, first);
    return [{ time: first, path: fileFor(workload.region, first), record: zeroed }, full];
  });
  const files = new Map<string, string[]>();
  for (const { path, record } of entries.sort((a, b) => a.time - b.time))
    files.set(path, [...(files.get(path) ?? []), JSON.stringify(record)]);
  return files;
}

function addMalformedLines(files: Map<string, string[]>): void {
  const lines = (region: Region, time: number): string[] => defined(files.get(fileFor(region, time)));
  const whole = lines('us-east-1', at(RUNAWAY.day, RUNAWAY.from));
  whole.splice(9, 0, defined(whole[8]).slice(0, 187));
  lines('us-east-1', 0).unshift(PERMISSION_LINE);
  lines('us-west-2', at(8, '12:00')).push(FOREIGN_LINE);
}

function writeSample(folder: string, calls: Call[]): void {
  const files = logFiles(calls);
  addMalformedLines(files);
  const large = defined(calls.find((call) => call.largeBody));
  files.set(largeBodyPath(large), [JSON.stringify(messageEvents(large))]);
  rmSync(join(folder, 'AWSLogs'), { recursive: true, force: true });
  for (const [path, lines] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 });
    bytes[9] = 255; // The operating system byte, so that macOS and Linux agree.
    writeFileSync(join(folder, path), bytes);
  }
  writeFileSync(join(folder, LOG_ROOT, 'us-east-1', 'amazon-bedrock-logs-permission-check'), '');
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected(calls), null, 2)}\n`);
}

/** Picodollars, since a 5-minute cache write on Haiku 5.5 costs 137.5 nanodollars; exact up to 9,007 dollars. */
function picodollars({ workload, tokens }: Call): number {
  const [input, output] = workload.rates.map((dollars) => {
    const surcharge = workload.model.startsWith('anthropic.') && workload.route !== 'global';
    return Math.round(dollars * (surcharge ? 1_100_000 : 1_000_000));
  });
  if (input === undefined || output === undefined) return 0;
  const writes = (tokens.write5m * input * 5) / 4 + tokens.write1h * input * 2;
  return tokens.input * input + tokens.output * output + (tokens.read * input) / 10 + writes;
}

function decimal(pico: number): string {
  const digits = String(pico).padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}

function sum(calls: Call[]) {
  const total = (count: (call: Call) => number): number => calls.reduce((soFar, call) => soFar + count(call), 0);
  return {
    invocations: calls.length,
    errors: total((call) => Number(isError(call))),
    unpriced_invocations: total((call) => Number(isUnpriced(call.workload))),
    input_tokens: total((call) => call.tokens.input),
    output_tokens: total((call) => call.tokens.output),
    cache_read_tokens: total((call) => call.tokens.read),
    cache_write_5m_tokens: total((call) => call.tokens.write5m),
    cache_write_1h_tokens: total((call) => call.tokens.write1h),
    cost_usd: decimal(total(picodollars)),
  };
}

function scopeOf({ route, model }: Workload): string {
  if (model.startsWith('application-')) return 'unknown';
  return route === '-' ? 'in-region' : route === 'global' ? 'global' : 'geo';
}

/** `role/NAME` without the session, `user/PATH/NAME` or `root`. */
const principalOf = (arn: string): string => arn.replace(/^.*:/, '').replace(/^assumed-role\/([^/]+)\/.*/, 'role/$1');

function sumsBy(calls: Call[], keyOf: (call: Call) => string) {
  const groups = Object.entries(Object.groupBy(calls, keyOf)).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([key, group]) => [key, sum(group ?? [])]));
}

function expected(calls: Call[]) {
  const duplicates = calls.filter((call) => call.twin).length;
  return {
    period: { from: iso(0), to: iso(DAYS * DAY_SECONDS), timezone: 'UTC' },
    totals: sum(calls),
    coverage: { records: calls.length + duplicates, invocations: calls.length, duplicates, malformed: 3 },
    by: {
      model: sumsBy(calls, (call) => call.workload.model),
      principal: sumsBy(calls, (call) => principalOf(call.arn)),
      day: sumsBy(calls, (call) => iso(call.time).slice(0, 10)),
      scope: sumsBy(calls, (call) => scopeOf(call.workload)),
    },
    dearest: largest(calls, picodollars, 10).map((call) => ({ ...named(call), cost_usd: decimal(picodollars(call)) })),
    largest_unpriced: largest(
      calls.filter(({ workload }) => isUnpriced(workload)),
      ({ tokens }) => Object.values(tokens).reduce((a, b) => a + b, 0),
      5,
    ).map(named),
    changes: changes(calls),
    caching: caching(calls),
    waste: waste(calls),
  };
}

const inputRate = (workload: Workload): number => picodollars({ workload, tokens: { ...NO_TOKENS, input: 1 } } as Call);
const ofCaller = (call: Call): string => `${principalOf(call.arn)} ${call.workload.model}`;

/** What the caches of each caller and model saved and cost against plain input at 1, reads at 0.1, writes at 1.25 or 2. */
function caching(calls: Call[]) {
  const cached = calls.filter(({ tokens }) => tokens.read + tokens.write5m + tokens.write1h > 0);
  const groups = Object.entries(Object.groupBy(cached, ofCaller)).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([caller, group = []]) => [caller, cachingOf(group)]));
}

function cachingOf(calls: Call[]) {
  const total = (count: (tokens: Tokens) => number, some = calls): number =>
    some.reduce((sum, { tokens, workload }) => sum + count(tokens) * inputRate(workload), 0);
  const cellOf = ({ time }: Call): number => Math.floor(time / 300);
  const readIn = new Set(calls.filter(({ tokens }) => tokens.read > 0).map(cellOf));
  const known = (cell: number): boolean => cell < DAYS * 288;
  const isQuiet = (from: number, to: number): boolean => {
    for (let cell = from; cell <= to; cell++) if (readIn.has(cell)) return false;
    return known(to);
  };
  const lastRead = (cell: number): number => (readIn.has(cell + 1) ? lastRead(cell + 1) : cell);
  const dead5m = calls.filter((call) => isQuiet(cellOf(call), cellOf(call) + 1));
  const dead1h = calls.filter((call) => isQuiet(cellOf(call), cellOf(call) + 12));
  const shortEnough = calls.filter((call) => {
    const last = lastRead(cellOf(call));
    return !dead1h.includes(call) && known(cellOf(call) + 12) && isQuiet(last + 1, last + 12);
  });
  return {
    gross_saved_usd: decimal(total(({ read }) => (read * 9) / 10)),
    write_surcharge_usd: decimal(total(({ write5m, write1h }) => write5m / 4 + write1h)),
    never_read_tokens:
      dead5m.reduce((sum, { tokens }) => sum + tokens.write5m, 0) +
      dead1h.reduce((sum, { tokens }) => sum + tokens.write1h, 0),
    wasted_usd: decimal(total(({ write5m }) => write5m / 4, dead5m) + total(({ write1h }) => write1h, dead1h)),
    five_minutes_instead_usd: decimal(total(({ write1h }) => (write1h * 3) / 4, shortEnough)),
  };
}

/** What of the month brought little or nothing, as far as the logs tell. */
function waste(calls: Call[]) {
  const failed = calls.filter(({ outcome }) => outcome !== 'ok');
  const isCutOff = (call: Call): boolean =>
    call.outcome === 'ok' && call.bodies && !call.largeBody && stopReasonOf(call) === 'max_tokens';
  const hours = sumsBy(calls, (call) => `${ofCaller(call)} ${iso(call.time).slice(0, 13)}:00Z`);
  const storms = Object.entries(hours).filter(([, all]) => all.errors >= 20 && 2 * all.errors >= all.invocations);
  const isLarge = ({ tokens, outcome }: Call): boolean =>
    outcome === 'ok' && tokens.input + tokens.read + tokens.write5m + tokens.write1h >= LARGE.prompt;
  const regional = calls.filter(
    ({ workload }) => workload.model.startsWith('anthropic.') && workload.route !== 'global',
  );
  const routed = Object.entries(Object.groupBy(regional, ofCaller)).map(([caller, group = []]) => {
    const globally = group.map((call) => ({ ...call, workload: { ...call.workload, route: 'global' } }));
    const saving =
      group.reduce((sum, call) => sum + picodollars(call), 0) -
      globally.reduce((sum, call) => sum + picodollars(call), 0);
    return [caller, decimal(saving)] as const;
  });
  return {
    failed: sumsBy(failed, (call) => `${ofCaller(call)} ${call.outcome}`),
    truncated: sumsBy(calls.filter(isCutOff), ofCaller),
    retry_storms: Object.fromEntries(storms),
    large_for_little: {
      prompt_at_least: LARGE.prompt,
      output_at_most: LARGE.output,
      by: sumsBy(
        calls.filter((call) => isLarge(call) && call.workload.output && call.tokens.output <= LARGE.output),
        ofCaller,
      ),
    },
    dearer_routing_usd: Object.fromEntries(routed.filter(([, saving]) => saving !== '0')),
  };
}

/** Dollars of two periods, and of the same calls as they might have been, for reports that compare. */
function changes(calls: Call[]) {
  const usd = (some: Call[], otherwise: Partial<Workload> = {}): string =>
    sum(some.map((call) => ({ ...call, workload: { ...call.workload, ...otherwise } }))).cost_usd;
  const of = (caller: string, from: number, to: number): Call[] =>
    calls.filter(
      (call) => callerOf(call.workload).startsWith(caller) && dayOf(call.time) >= from && dayOf(call.time) <= to,
    );
  const [before, after] = [of('dev-', 5, 16), of('dev-', 19, 30)].map((some) =>
    some.filter((call) => call.workload.name !== 'dev-east/background'),
  ) as [Call[], Call[]];
  const [, ...sonnet] = defined(MODELS['sonnet']);
  const [, ...haiku55] = defined(MODELS['haiku55']);
  const intents = of('checkout-assistant', 1, HAIKU_55_DAY - 1).filter(({ workload }) =>
    workload.name.endsWith('/intent'),
  );
  const inEurope = calls.filter(({ workload }) => workload.region === 'eu-west-1');
  return {
    runaway: { before: usd(of('nightly-summaries', 13, 13)), after: usd(of('nightly-summaries', 14, 14)) },
    dearer_model: { before: usd(before), after: usd(after), after_on_sonnet: usd(after, { rates: sonnet }) },
    europe: { before: usd(inEurope), after_through_global: usd(inEurope, { route: 'global' }) },
    intents: { before: usd(intents), after_on_haiku_5_5: usd(intents, { rates: haiku55 }) },
  };
}

function largest(calls: Call[], size: (call: Call) => number, count: number): Call[] {
  return calls.toSorted((a, b) => size(b) - size(a) || a.time - b.time).slice(0, count);
}

const named = ({ id, time, arn, workload }: Call) => ({
  request_id: id,
  at: iso(time),
  principal: principalOf(arn),
  model: workload.model,
});

function storyTable(calls: Call[]): string {
  const from = (prefix: string) => (call: Call) => call.workload.name.startsWith(prefix);
  const isDeveloper = from('dev-');
  const between = (call: Call, from: number, to: number): boolean => dayOf(call.time) >= from && dayOf(call.time) <= to;
  const onBigModels = (call: Call): boolean => isDeveloper(call) && !from('dev-east/background')(call);
  const rows: [story: string, belongs: (call: Call) => boolean][] = [
    ['0 whole month', () => true],
    ['1 the runaway day, 14 October', (call) => dayOf(call.time) === RUNAWAY.day],
    ['1 of it, nightly-summaries', (call) => dayOf(call.time) === RUNAWAY.day && from('nightly-')(call)],
    ['1 nightly-summaries the day before', (call) => dayOf(call.time) === RUNAWAY.day - 1 && from('nightly-')(call)],
    ['2 support-bot', from('support-bot/')],
    ['2 checkout-assistant on Sonnet', from('checkout-assistant/chat')],
    ['3 the preview model', from('data-pipeline/preview')],
    ['4 the application profile', from('doc-search/answers')],
    ['5 ThrottlingException', (call) => call.outcome === 'ThrottlingException'],
    ['5 ValidationException', (call) => call.outcome === 'ValidationException'],
    ['5 AccessDeniedException', (call) => call.outcome === 'AccessDeniedException'],
    ['5 blocked by a guardrail', (call) => call.outcome === 'blocked'],
    ['6 developers, 5 to 16 October', (call) => onBigModels(call) && between(call, 5, 16)],
    ['6 developers, 19 to 30 October', (call) => onBigModels(call) && between(call, 19, 30)],
    ['7 calls that write a 1-hour cache', (call) => call.tokens.write1h > 0],
    ['8 weekdays', (call) => !isWeekend(dayOf(call.time))],
    ['8 weekend days', (call) => isWeekend(dayOf(call.time))],
    ['8 eu-west-1, all through eu. ids', (call) => call.workload.region === 'eu-west-1'],
  ];
  const lines = rows.map(([story, belongs]) => {
    const all = sum(calls.filter(belongs));
    const writes = all.cache_write_5m_tokens + all.cache_write_1h_tokens;
    const counts = [all.invocations, all.input_tokens, all.output_tokens, all.cache_read_tokens, writes];
    const cells = [story, ...counts.map((n) => n.toLocaleString('en')), Number(all.cost_usd).toFixed(2)];
    return `| ${cells.join(' | ')} |`;
  });
  const head = '| story | calls | input | output | cache read | cache write | USD |\n|---|--:|--:|--:|--:|--:|--:|';
  return [head, ...lines].join('\n');
}

const { values } = parseArgs({ options: { out: { type: 'string' }, stories: { type: 'boolean' } } });
const calls = allCalls();
if (values.stories) console.log(storyTable(calls));
else writeSample(values.out ?? join(import.meta.dirname, '../examples/sample-logs'), calls);
