import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CloudWatchLogsOptions, startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import type { Dimension } from '../../src/domain/dimension.ts';
import { unstated } from '../../src/domain/usage-shape.ts';
import { createCloudWatchEngine } from '../../src/engines/cloudwatch/index.ts';
import { usageQuery } from '../../src/engines/cloudwatch/insights-query.ts';
import { topQuery } from '../../src/engines/cloudwatch/top-query.ts';
import type { Engine, UsageQuery } from '../../src/engines/engine.ts';
import { usageRowsFromGroups } from '../../src/engines/grouping/grouping.ts';
import { createMerger, groupFromInvocation } from '../../src/engines/grouping/merge.ts';
import { scanFromQuery, widened } from '../../src/engines/scans/scan.ts';
import { readRecord } from '../../src/logs/record.ts';
import { ACCOUNT, CLIENT, GROUP } from '../helpers/cloudwatch.ts';
import { PRIVATE, WIDE_RECORDS } from '../helpers/wide-records.ts';

const BY: Dimension[] = [
  ...(['model', 'account', 'region', 'inference_region', 'principal', 'session', 'operation'] as const),
  ...(['tier', 'status', 'metadata.team'] as const),
];

const QUERY: UsageQuery = {
  ...{ from: Date.parse('2026-10-14T00:00:00Z'), to: Date.parse('2026-10-15T00:00:00Z') },
  ...{ by: BY, where: [], buckets: {}, rateChanges: [], aliasesOf: async () => [] },
};

type Assumptions = NonNullable<CloudWatchLogsOptions['assumptions']>;

/** The service with events in one group, and an engine over it. */
async function start(messages: readonly string[], assumptions: Assumptions = {}) {
  const logs = await startCloudWatchLogs({
    accounts: { AKIALOCAL: ACCOUNT },
    queries: { scheduledPolls: 0, runningPolls: 0 },
    assumptions,
  });
  const events = messages.map((message) => ({
    message,
    timestamp: Date.parse(/"timestamp":"([^"]+)"/.exec(message)?.[1] ?? '2026-10-14T12:00:00Z'),
  }));
  logs.createLogGroup(ACCOUNT, 'us-east-1', GROUP);
  logs.putLogEvents(ACCOUNT, 'us-east-1', GROUP, events);
  const settings = { ...CLIENT, region: 'us-east-1', endpoint: logs.endpoint };
  const engine = createCloudWatchEngine({ source: `cloudwatch:${GROUP}?region=us-east-1`, client: settings });
  const client = new CloudWatchLogsClient(settings);
  async function run(input: Omit<StartQueryCommandInput, 'logGroupNames'>) {
    const { queryId } = await client.send(new StartQueryCommand({ ...input, logGroupNames: [GROUP] }));
    return (await client.send(new GetQueryResultsCommand({ queryId }))).results;
  }
  return {
    logs,
    engine,
    callsOf: (operation: string) => logs.calls.filter((call) => call.operation === operation),
    /** What every query that was asked so far answers, as text. */
    async results(): Promise<string> {
      const asked = logs.calls.filter(({ operation, error }) => operation === 'StartQuery' && error === undefined);
      return JSON.stringify(await Promise.all(asked.map(({ input }) => run(input as never))));
    },
    run,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await engine.close();
      await logs.close();
    },
  };
}

/** What files give of the same lines. */
async function fromFiles(messages: readonly string[]) {
  const merger = createMerger();
  const malformed: Record<string, number> = {};
  for (const message of messages) {
    const reading = readRecord(Buffer.from(message));
    if ('invocation' in reading) merger.add(reading.invocation);
    else malformed[reading.reject] = (malformed[reading.reject] ?? 0) + 1;
  }
  const groups = merger.invocations().map((invocation) => groupFromInvocation(invocation));
  return { rows: sorted(await usageRowsFromGroups(groups, QUERY, {})), malformed };
}

function sorted<T>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Where AWS does not say what the service does, the answer must not depend on it. */
const SERVICES: [string, Assumptions][] = [
  ...(['first', 'last', 'scattered'] as const).flatMap((keptFields): [string, Assumptions][] => [
    [`the ${keptFields} fields`, { keptFields }],
    [`the ${keptFields} fields, without jsonParse`, { keptFields, functions: 'without JSON' }],
  ]),
  ['a limit to what jsonParse reads', { jsonParseBytes: 3_000, keptFields: 'last' }],
  ['numbers as Java writes them', { numbers: 'java', jsonNumbers: 'java', jsonKeys: 'sorted' }],
  ['a parse that leaves wide events', { parseBeyondFields: false, keptFields: 'last' }],
  ['neither jsonParse nor parse of wide events', { parseBeyondFields: false, functions: 'without JSON' }],
  ['functions that take no text for numbers', { textIsNumeric: false, concatOfMissing: 'nothing' }],
  ['no conditions', { functions: 'without conditions', missingIsNotEqual: false }],
  ['maps that count as no value', { structuresInStats: 'no value', statsOfNothing: 'a row' }],
];

describe.each(SERVICES)('records of 10 to 2,000 fields, with %s', (_, assumptions) => {
  it('give what files give, and no text of theirs is ever in a result', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(WIDE_RECORDS, async (messages) => {
        await using test = await start(messages, assumptions);
        const { rows, coverage } = await test.engine.usage(QUERY);
        const files = await fromFiles(messages);
        expect(sorted(rows)).toEqual(files.rows);
        expect(coverage.malformedReasons).toEqual(files.malformed);
        // Keys are suggestions: none but real ones.
        expect(['modelId', 'team']).toEqual(expect.arrayContaining(await test.engine.metadataKeys()));
        expect(await test.results()).not.toContain(PRIVATE);
      }),
      { numRuns: 4 },
    );
  });
});

/** A record with a prompt of so many messages: three fields each. */
function recordOf(
  index: number,
  messages: number,
  { top = {}, body = {}, output }: Record<string, object> = {},
  operation = 'Converse',
): string {
  return JSON.stringify({
    timestamp: `2026-10-14T12:${String(index).padStart(2, '0')}:00Z`,
    ...{ accountId: ACCOUNT, region: 'us-east-1', requestId: `request-${index}`, operation },
    modelId: 'anthropic.claude-sonnet-4-6',
    input: {
      inputContentType: 'application/json',
      inputBodyJson: {
        messages: Array.from({ length: messages }, (_, n) => ({ role: 'user', content: [{ n, text: PRIVATE }] })),
        ...body,
      },
      inputTokenCount: 100 + index,
      ...top,
    },
    output: { outputContentType: 'application/json', outputBodyJson: output, outputTokenCount: 10 },
    schemaType: 'ModelInvocationLog',
  });
}

/** By operation. */
async function totalsOf(engine: Engine) {
  const { rows } = await engine.usage(QUERY);
  const byOperation = Map.groupBy(rows, ({ key }) => key.operation);
  return Object.fromEntries(
    [...byOperation].map(([operation, same]) => {
      const sum = (name: 'input' | 'invocations') => same.reduce((total, row) => total + row[name], 0);
      return [operation, { invocations: sum('invocations'), input: sum('input') }];
    }),
  );
}

describe('a record of a megabyte, whose counts stand after its prompt', () => {
  it.each(['first', 'last'] as const)('is counted from one query, with the %s fields extracted', async (keptFields) => {
    await using test = await start([recordOf(1, 16_000)], { keptFields });
    expect(await totalsOf(test.engine)).toEqual({ Converse: { invocations: 1, input: 101 } });
    expect(test.callsOf('StartQuery')).toHaveLength(1);
    expect(test.callsOf('FilterLogEvents')).toEqual([]);
  });
});

describe('queries for records that are not merged', () => {
  const scan = widened(scanFromQuery({ ...QUERY, only: { promptAtLeast: 1 }, cellMs: 60_000 }));
  const bound = { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };
  const ask = { bounds: new Map([['anthropic.claude-sonnet-4-6', bound]]), where: [], limit: 9 };

  it.each([
    ['for sums', usageQuery(scan, scan, false).text],
    ['for the most expensive', topQuery(scan, scan, ask, false).text],
  ])('are understood, and show no text of a record: %s', async (_, queryString) => {
    await using test = await start([recordOf(1, 70), recordOf(2, 3)]);
    const rows = await test.run({ queryString, startTime: QUERY.from / 1000, endTime: QUERY.to / 1000 });
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(PRIVATE);
  });
});

describe('a service that refuses jsonParse', () => {
  const messages = Array.from({ length: 5 }, (_, index) => recordOf(index, index * 60));

  it('is asked in the other way, and from then on in that alone', async () => {
    await using test = await start(messages, { functions: 'without JSON' });
    const { coverage } = await test.engine.usage(QUERY);
    expect(coverage.invocations).toBe(5);
    expect(coverage.notes?.join()).toContain('refused jsonParse');
    expect(test.callsOf('StartQuery').map(({ error }) => error)).toEqual(['MalformedQueryException', undefined]);
    await test.engine.usage({ ...QUERY, to: QUERY.to - 1_000 });
    expect(test.callsOf('StartQuery')).toHaveLength(3);
  });

  it('gives the most expensive requests, too', async () => {
    await using test = await start(messages, { functions: 'without JSON', keptFields: 'last' });
    const { rows } = await test.engine.usage(QUERY);
    const prices = rows.map(({ priceKey }) => ({ priceKey, weights: { input: 3n, output: 15n } }));
    const top = await test.engine.invocations({ ...QUERY, prices, limit: 2, unpricedLimit: 0 } as never);
    expect(top.rows.map(({ requestId }) => requestId)).toEqual(['request-4', 'request-3']);
  });
});

describe('what callers put into their requests', () => {
  const BODIES: Readonly<Record<string, object>> = {
    'a tier that is an object': { service_tier: { a: 1 }, serviceTier: { b: [] }, performanceConfig: { latency: {} } },
    'a record': { tools: [{ input: JSON.parse(recordOf(9, 3)), output: { outputTokenCount: 1 } }] },
    counts: { toolResult: { inputTokenCount: 5, usage: { input_tokens: 7, cache_read_input_tokens: 9 } } },
    'braces and quotes': { text: '}},"output":{"outputTokenCount":1},{' },
  };
  const messages = Object.entries(BODIES).flatMap(([what, body], index) => [
    recordOf(10 * index + 1, 2, { body }, what),
    recordOf(10 * index + 2, 90, { body }, what),
    recordOf(10 * index + 3, 1, {}, what),
  ]);

  it.each(SERVICES)('changes no count, and stops nobody else, with %s', async (_, assumptions) => {
    await using test = await start(messages, assumptions);
    const expected = Object.keys(BODIES).map((what, index) => [what, { invocations: 3, input: 306 + 30 * index }]);
    expect(await totalsOf(test.engine)).toEqual(Object.fromEntries(expected));
  });
});

describe('requests that a query cannot tell', () => {
  /** The tier of a stream of OpenAI's, and its cached tokens, stand in its last event. */
  const output = [
    { type: 'response.created', response: { service_tier: 'auto' } },
    {
      type: 'response.completed',
      response: {
        service_tier: 'flex',
        usage: { input_tokens: 50, output_tokens: 10, input_tokens_details: { cached_tokens: 20 } },
      },
    },
  ];
  const streams = Array.from({ length: 4 }, (_, index) =>
    recordOf(index, 80, { output: output as never, top: { inputTokenCount: 50 } as never }),
  );

  it('are read by their ids, and the report says how many', async () => {
    await using test = await start([...streams, recordOf(50, 3)]);
    const { rows, coverage } = await test.engine.usage(QUERY);
    expect(sorted(rows)).toEqual((await fromFiles([...streams, recordOf(50, 3)])).rows);
    expect(coverage.notes?.join()).toContain('4 requests were read event by event');
    const patterns = test.callsOf('FilterLogEvents').map(({ input }) => input['filterPattern']);
    expect(patterns.sort()).toEqual(['"request-0"', '"request-1"', '"request-2"', '"request-3"']);
  });

  it('are dear like any other', async () => {
    await using test = await start([...streams, recordOf(50, 3)]);
    const { rows } = await test.engine.usage(QUERY);
    const prices = rows.map(({ priceKey }) => ({
      priceKey,
      weights: { input: 1n, output: 1n, cacheRead: priceKey.tier === 'flex' ? 100n : 1n },
    }));
    const top = await test.engine.invocations({ ...QUERY, prices, limit: 5, unpricedLimit: 0 } as never);
    expect(
      top.rows
        .map(({ requestId }) => requestId)
        .slice(0, 4)
        .sort(),
    ).toEqual(['request-0', 'request-1', 'request-2', 'request-3']);
    expect(top.rows).toHaveLength(5);
  });

  it('are counted where reading events is not allowed, and the report says that their usage is not known', async () => {
    await using test = await start([...streams, recordOf(50, 3)]);
    test.logs.faults.accessDenied('FilterLogEvents');
    const { rows, coverage } = await test.engine.usage(QUERY);
    const unknown = rows.filter(({ shape }) => unstated(shape).length > 0);
    expect(unknown.reduce((sum, { invocations }) => sum + invocations, 0)).toBe(4);
    expect(coverage.invocations).toBe(5);
    expect(coverage.notes?.join()).toContain('What 4 requests used is not known in full');
    expect(coverage.notes?.join()).toContain('logs:FilterLogEvents');
  });

  it('are read in at most 200 stretches of time', async () => {
    const many = Array.from({ length: 900 }, (_, index) => {
      const record = JSON.parse(streams[0] as string);
      const at = new Date(QUERY.from + index * 7_000 + (index % 3) * 1_000).toISOString();
      return JSON.stringify({ ...record, timestamp: at, requestId: `many-${index}` });
    });
    await using test = await start(many);
    const { rows } = await test.engine.usage(QUERY);
    expect(sorted(rows)).toEqual((await fromFiles(many)).rows);
    expect(test.callsOf('FilterLogEvents').length).toBeLessThanOrEqual(200);
  });
});
