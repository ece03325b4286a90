import { openAccessControl } from '../../src/authorization/access-control.ts';
import type { BillLine } from '../../src/bill/bill.ts';
import { openPrices } from '../../src/compose.ts';
import type { Invocation } from '../../src/domain/invocation.ts';
import { usdFromText } from '../../src/domain/money.ts';
import { HOUR_MS } from '../../src/domain/period.ts';
import { shapeFrom } from '../../src/domain/usage-shape.ts';
import type { Engine } from '../../src/engines/engine.ts';
import type { InvocationGroup } from '../../src/engines/grouping/grouping.ts';
import { createKeptPool } from '../../src/engines/scans/kept-scans.ts';
import { NOTHING } from '../../src/engines/scans/scan-result.ts';
import { createScanningEngine } from '../../src/engines/scans/scanning.ts';
import { attributesFrom } from '../../src/logs/attributes.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';

/** As many hours as a question may ask for, and their end. */
export const HOURS = 20_000;
const END = Date.parse('2026-11-01T00:00:00Z');
const START = END - HOURS * HOUR_MS;
export const ALL_HOURS = { from: '2024-07-20T16:00:00Z', to: '2026-11-01T00:00:00Z' };

const MODELS = [
  'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'anthropic.claude-3-haiku-20240307-v1:0',
  'amazon.nova-lite-v1:0',
  'amazon.nova-pro-v1:0',
  'meta.llama3-3-70b-instruct-v1:0',
  'acme.unpriced-v1:0',
] as const;

function requestOf(index: number): Invocation {
  return {
    requestId: `r${index}`,
    at: START + (index % HOURS) * HOUR_MS + index,
    accountId: String(111122223333 + (index % 3)),
    region: ['us-east-1', 'eu-central-1'][index % 2] as string,
    inferenceRegion: undefined,
    operation: 'Converse',
    modelId: MODELS[index % MODELS.length] as string,
    identityArn: `arn:aws:sts::111122223333:assumed-role/app-${index % 200}/person-${index}`,
    tier: undefined,
    errorCode: index % 50 === 0 ? 'ThrottlingException' : undefined,
    blocked: false,
    stopReason: 'end_turn',
    metadata: { team: `team-${index % 500}` },
    latencyMs: 100,
    firstByteMs: 10,
    tokens: {
      input: 1000 + index,
      output: 100 + (index % 97),
      cacheRead: 10,
      cacheWrite: 20,
      cacheWrite1h: 0,
      cacheWriteKnown: 20,
    },
  };
}

function groupOf(invocation: Invocation): InvocationGroup {
  const { modelId, at, tokens, errorCode } = invocation;
  const counts = {
    input: tokens.input ?? 0,
    output: tokens.output ?? 0,
    ...{ cacheRead: 10, cacheWrite5m: 20, cacheWrite1h: 0 },
  };
  return {
    modelId,
    attributes: attributesFrom(invocation),
    at,
    contextBand: 0,
    counts: { ...counts, invocations: 1, errors: errorCode ? 1 : 0, cacheWriteUnknown: 0 },
    shape: shapeFrom({ counts, stated: { input: true, output: true }, ended: errorCode !== undefined }),
    records: 1,
    first: at,
    last: at,
  };
}

/** An engine that answers at once, with a session of its own for each of so many requests over 20,000 hours. */
export function crowdEngine(requests: number): Engine {
  const invocations = Array.from({ length: requests }, (_, index) => requestOf(index));
  const groups = invocations.map(groupOf);
  return createScanningEngine({
    name: 'crowd',
    source: 'crowd:',
    find: async () => ({ ...NOTHING, groups }),
    quote: async () => ({ bytes: 0, usd: '0', seconds: 0, notes: [] }),
    notes: async () => [],
    requests: async (_, { limit }) => ({ invocations: invocations.slice(-limit), rest: undefined }),
    range: async () => ({ first: START, last: END - 1 }),
    metadataKeys: async () => Array.from({ length: requests }, (_, index) => `key-${index}`),
    close: async () => {},
    pool: createKeptPool(),
  });
}

/** A line for each caller, as a cost report can have them. */
function billLines(count: number): BillLine[] {
  const usd = usdFromText('0.01');
  return Array.from({ length: count }, (_, index) => ({
    service: 'Amazon Bedrock',
    usageType: `USE1-NovaLite-${index % 2 === 0 ? 'input' : 'output'}-tokens`,
    chargeType: 'Usage',
    quantity: usd,
    usd,
    principal: requestOf(index).identityArn,
  }));
}

/** A server's dependencies over such an engine. */
export async function crowd(requests: number): Promise<ServerDependencies> {
  const engine = crowdEngine(requests);
  const { book } = await openPrices({});
  return {
    access: await openAccessControl({}, async () => [], console.error),
    engine,
    narrowed: () => undefined,
    prices: async () => book,
    names: async () => ({ aliases: [], notes: [] }),
    probeSetup: async (regions) => regions.map((region) => ({ region, logging: { value: undefined }, extras: [] })),
    bill: async () => ({ source: 'a bill', lines: billLines(requests), notes: [], final: true }),
    budgets: async () => [],
    metricsIn: () => engine,
    now: () => END - 1,
    log: console.error,
  };
}

type Question = readonly [name: string, input: Readonly<Record<string, unknown>>];

/** What of each tool takes longest over such an engine. */
export const HEAVY_QUESTIONS: readonly Question[] = [
  ['get_bedrock_usage_report', { days: 3_660, limit: 1_000, chart: true }],
  ['breakdown_spend', { by: ['session', 'model', 'region', 'metadata.team', 'hour'], ...ALL_HOURS, limit: 1_000 }],
  ['breakdown_spend', { by: ['session'], ...ALL_HOURS, limit: 1_000, chart: true }],
  ['spend_over_time', { interval: 'hour', by: 'session', ...ALL_HOURS, limit: 1_000, chart: true }],
  ['spend_over_time', { interval: 'hour', ...ALL_HOURS, limit: 1_000, chart: true }],
  ['detect_anomalies', { ...ALL_HOURS, floor_usd: '0', limit: 1_000 }],
  ['find_expensive_invocations', { ...ALL_HOURS, limit: 1_000 }],
  ['explain_spend_change', { from: '2025-09-01', to: '2026-11-01', by: 'session', limit: 1_000 }],
  ['simulate_spend', { ...ALL_HOURS, by: ['session', 'model', 'hour'], tier: 'batch', limit: 1_000 }],
  ['simulate_spend', { ...ALL_HOURS }],
  ['review_prompt_caching', { ...ALL_HOURS, cache_share: 1, limit: 1_000 }],
  ['find_wasted_spend', { ...ALL_HOURS, prompt_at_least: 1_000, output_at_most: 10_000, limit: 1_000 }],
  ['reconcile_with_bill', { from: '2024-08-01', to: '2026-11-01' }],
  ['export_focus', { ...ALL_HOURS, tags: ['metadata.team'], limit: 1_000 }],
  ['show_spend_dashboard', { ...ALL_HOURS, by: 'session' }],
];

/** Of the others, none of which takes more than a few weeks of it. */
export const LIGHT_QUESTIONS: readonly Question[] = [
  ['forecast_spend', { days: 92 }],
  ['check_budget', { usd: '1000' }],
  ['list_dimensions', {}],
  ['get_price', { model: 'anthropic.claude-opus-4-8' }],
  ['check_setup', { regions: ['us-east-1'] }],
];
