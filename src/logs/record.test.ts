import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invocation, TokenCounts } from '../domain/invocation.ts';
import {
  BAD_COUNT_REASON,
  type RecordReading,
  type Reject,
  readRecord,
  TOO_MUCH_REASON,
  timestampFromText,
} from './record.ts';

const FIXTURES = new URL('../../test/fixtures/records/', import.meta.url);

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
type JsonObject = { [field: string]: Json };

/** What a person reads in a record. Input and output that are not named are not stated; anything else is zero, absent or false. */
interface Expected extends Partial<TokenCounts> {
  tier?: string;
  blocked?: true;
  errorCode?: string;
  stopReason?: string;
  latencyMs?: number;
  firstByteMs?: number;
}

function readingOf(value: Json): RecordReading {
  return readRecord(Buffer.from(JSON.stringify(value)));
}

function invocationOf(reading: RecordReading): Invocation {
  expect(reading).toHaveProperty('invocation');
  return (reading as { invocation: Invocation }).invocation;
}

function seenIn({ tokens, tier, blocked, errorCode, stopReason, latencyMs, firstByteMs }: Invocation) {
  return { ...tokens, tier, blocked, errorCode, stopReason, latencyMs, firstByteMs };
}

function expectedIn(expected: Expected) {
  const nothing = {
    input: undefined,
    output: undefined,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWrite1h: 0,
    cacheWriteKnown: 0,
  };
  return { ...nothing, blocked: false, ...expected };
}

function fixture(name: string): JsonObject {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8')) as JsonObject;
}

/** Read from the fixtures by eye. */
const BY_FIXTURE: [name: string, expected: Expected][] = [
  [
    'anthropic-message',
    {
      input: 11,
      output: 64,
      cacheRead: 250,
      cacheWrite: 5000,
      cacheWrite1h: 3000,
      cacheWriteKnown: 5000,
      stopReason: 'end_turn',
    },
  ],
  [
    'anthropic-stream',
    {
      input: 3,
      output: 207,
      cacheRead: 18000,
      cacheWrite: 900,
      cacheWrite1h: 700,
      cacheWriteKnown: 900,
      stopReason: 'tool_use',
      latencyMs: 4310,
      firstByteMs: 611,
    },
  ],
  [
    'blocked-output-with-counts',
    { input: 77, output: 190, blocked: true, stopReason: 'guardrail_intervened', latencyMs: 3300 },
  ],
  ['blocked-stream', { input: 0, output: 0, blocked: true, stopReason: 'end_turn' }],
  ['blocked-without-token-fields', { blocked: true }],
  ['bodies-disabled', { input: 12, output: 8, cacheRead: 700, cacheWrite: 50 }],
  ['converse', { input: 42, output: 118, cacheRead: 1500, cacheWrite: 300, stopReason: 'end_turn', latencyMs: 812 }],
  [
    'converse-cache-details',
    {
      input: 5,
      output: 40,
      cacheWrite: 3600,
      cacheWrite1h: 2400,
      cacheWriteKnown: 3600,
      stopReason: 'end_turn',
      latencyMs: 1204,
    },
  ],
  ['converse-stream-assembled', { input: 6, output: 31, stopReason: 'end_turn', latencyMs: 290 }],
  ['converse-stream-events', { input: 17, output: 9, cacheRead: 2100, stopReason: 'max_tokens', latencyMs: 655 }],
  [
    'converse-token-count-keys',
    { input: 21, output: 33, cacheRead: 900, cacheWrite: 20, stopReason: 'tool_use', latencyMs: 700 },
  ],
  ['done-string-in-stream', { input: 13, output: 24, stopReason: 'end_turn' }],
  ['error-code', { errorCode: 'ResourceNotFoundException' }],
  ['guardrail-not-triggered', { input: 15, output: 22, stopReason: 'end_turn' }],
  ['llama', { input: 14, output: 6, stopReason: 'stop' }],
  ['llama-stream', { input: 14, output: 7, stopReason: 'stop', latencyMs: 388, firstByteMs: 121 }],
  ['no-schema-version', { input: 640, output: 210 }],
  ['nova-native', { input: 88, output: 19, stopReason: 'end_turn' }],
  ['nova-native-cached', { input: 88, output: 19, cacheRead: 1200, cacheWrite: 100, stopReason: 'end_turn' }],
  ['openai-chat-completions', { input: 176, output: 64, cacheRead: 1024, tier: 'standard' }],
  ['openai-responses', { input: 404, output: 80, cacheRead: 4096, cacheWrite: 500 }],
  ['openai-responses-stream', { input: 552, output: 90, cacheRead: 2048, tier: 'flex' }],
  ['panther-timestamp', { input: 9, output: 2 }],
  ['request-metadata-odd-keys', { input: 4, output: 1 }],
  ['s3-body-path', { input: 3, output: 133, cacheWrite: 26500 }],
  ['tier-at-top-level', { input: 30, output: 12, tier: 'latency-optimized' }],
  ['tier-converse', { input: 30, output: 12, tier: 'flex', stopReason: 'end_turn', latencyMs: 410 }],
  [
    'tier-converse-stream-metadata',
    { input: 30, output: 12, tier: 'priority', stopReason: 'end_turn', latencyMs: 410 },
  ],
  ['tier-in-body', { input: 30, output: 12, tier: 'priority' }],
  ['tier-in-usage', { input: 30, output: 12, tier: 'standard', stopReason: 'end_turn' }],
  ['tier-latency-fallback', { input: 30, output: 12, tier: 'standard', stopReason: 'end_turn', latencyMs: 520 }],
  [
    'tier-latency-optimized',
    { input: 30, output: 12, tier: 'latency-optimized', stopReason: 'end_turn', latencyMs: 190 },
  ],
  ['tier-only-asked-for', { input: 30, output: 12, tier: 'flex', stopReason: 'end_turn' }],
  ['titan-embedding', { input: 7 }],
  ['titan-stream', { input: 4, output: 15, latencyMs: 940, firstByteMs: 402 }],
  ['titan-text', { input: 5, output: 20 }],
];

const FIXTURE_NAMES = BY_FIXTURE.map(([name]) => name);

describe('a record of each shape', () => {
  it('is in the table', () => {
    const files = readdirSync(FIXTURES).map((file) => file.replace(/\.json$/, ''));
    expect(FIXTURE_NAMES.toSorted()).toEqual(files.toSorted());
  });

  it.each(BY_FIXTURE)('%s', (name, expected) => {
    expect(seenIn(invocationOf(readingOf(fixture(name))))).toEqual(expectedIn(expected));
  });

  it.each(BY_FIXTURE)('%s reads the same with its fields in another order', (name, expected) => {
    expect(seenIn(invocationOf(readingOf(reversed(fixture(name)))))).toEqual(expectedIn(expected));
  });

  it.each(FIXTURE_NAMES)('%s says who, where and when', (name) => {
    const { requestId, accountId, region, at } = invocationOf(readingOf(fixture(name)));
    expect(requestId).toMatch(/^5eed0000-0000-4000-8000-\d{12}$/);
    expect({ accountId, region }).toEqual({ accountId: '444455556666', region: 'eu-west-1' });
    expect(Math.floor(at / 1000)).toBe(Date.UTC(2026, 9, 6, 8, 15, 30) / 1000);
  });

  it.each(FIXTURE_NAMES)('%s is rejected when cut short anywhere', (name) => {
    const bytes = Buffer.from(JSON.stringify(fixture(name)));
    const cuts = Array.from({ length: bytes.length }, (_, cut) => readRecord(bytes.subarray(0, cut)));
    expect(new Set(cuts.map((reading) => JSON.stringify(reading)))).toEqual(new Set(['{"reject":"not JSON"}']));
  });

  it('keeps the names a record gives to things', () => {
    expect(invocationOf(readingOf(fixture('anthropic-message')))).toMatchObject({
      operation: 'InvokeModel',
      modelId: 'arn:aws:bedrock:eu-west-1:444455556666:inference-profile/eu.anthropic.claude-sonnet-4-6',
      identityArn: 'arn:aws:sts::444455556666:assumed-role/ReportWriter/ana@example.com',
      inferenceRegion: 'eu-west-3',
    });
  });

  it('leaves out what a record does not say', () => {
    const { modelId: _model, identity: _identity, ...rest } = fixture('error-code');
    expect(invocationOf(readingOf(rest))).toMatchObject({ modelId: '', operation: 'InvokeModel' });
    expect(invocationOf(readingOf(rest)).identityArn).toBeUndefined();
    expect(invocationOf(readingOf(rest)).inferenceRegion).toBeUndefined();
  });
});

describe('counts that stand only in the body', () => {
  const inBody = BY_FIXTURE.filter(([name]) =>
    /^(anthropic|converse|done|llama|nova|openai|titan|blocked-output)/.test(name),
  );

  it.each(inBody)('%s reads the same without counts at the top level', (name, expected) => {
    const record = fixture(name);
    const { inputBodyJson } = record['input'] as JsonObject;
    const { outputBodyJson } = record['output'] as JsonObject;
    const bare = {
      ...record,
      input: { inputBodyJson: inputBodyJson ?? null },
      output: { outputBodyJson: outputBodyJson ?? null },
    };
    expect(seenIn(invocationOf(readingOf(bare)))).toEqual(expectedIn(expected));
  });

  it('finds the output of an Anthropic stream that lacks its last event', () => {
    const record = fixture('anthropic-stream');
    const events = (record['output'] as JsonObject)['outputBodyJson'] as Json[];
    const cut = { ...record, output: { outputBodyJson: events.slice(0, -1) } };
    expect(invocationOf(readingOf(cut)).tokens).toMatchObject({ input: 3, output: 207, cacheWrite1h: 700 });
  });
});

describe('a stream event that alone says something', () => {
  it.each<[event: JsonObject, expected: Expected]>([
    [{ usage: { output_tokens: 7 } }, { output: 7 }],
    [{ message: { usage: { input_tokens: 7 } } }, { input: 7 }],
    [{ response: { usage: { output_tokens: 7 } } }, { output: 7 }],
    [{ metadata: { metrics: { latencyMs: 7 } } }, { latencyMs: 7 }],
    [{ metadata: { serviceTier: { type: 'flex' } } }, { tier: 'flex' }],
    [{ prompt_token_count: 7 }, { input: 7 }],
    [{ generation_token_count: 7 }, { output: 7 }],
    [{ inputTextTokenCount: 7 }, { input: 7 }],
    [{ totalOutputTextTokenCount: 7 }, { output: 7 }],
    [{ results: [{ tokenCount: 7 }] }, { output: 7 }],
    [{ stop_reason: 'stop' }, { stopReason: 'stop' }],
    [{ delta: { stop_reason: 'tool_use' } }, { stopReason: 'tool_use' }],
    [{ messageStop: { stopReason: 'end_turn' } }, { stopReason: 'end_turn' }],
    [{ messageStop: { stopReason: 'guardrail_intervened' } }, { stopReason: 'guardrail_intervened', blocked: true }],
    [{ 'amazon-bedrock-guardrailAction': 'INTERVENED' }, { blocked: true }],
    [{ 'amazon-bedrock-guardrailAction': 'NONE' }, {}],
    [
      { 'amazon-bedrock-invocationMetrics': { outputTokenCount: 7, invocationLatency: 12.6, firstByteLatency: 3 } },
      { output: 7, latencyMs: 13, firstByteMs: 3 },
    ],
  ])('%j', (event, expected) => {
    const outputBodyJson = [{ type: 'first' }, event, '[DONE]', { type: 'last' }];
    const { input: _input, ...record } = fixture('converse');
    expect(seenIn(invocationOf(readingOf({ ...record, output: { outputBodyJson } })))).toEqual(expectedIn(expected));
  });
});

describe('input that holds the cached tokens', () => {
  const converse = (usage: JsonObject) => ({
    ...fixture('converse'),
    input: { inputTokenCount: usage['inputTokens'] ?? 0 },
    output: { outputBodyJson: { usage } },
  });

  it('is told by a Converse total with no room for them', () => {
    const usage = { inputTokens: 1000, outputTokens: 50, totalTokens: 1050, cacheReadInputTokens: 900 };
    expect(invocationOf(readingOf(converse(usage))).tokens).toMatchObject({ input: 100, output: 50, cacheRead: 900 });
  });

  it('is not assumed when the total counts them apart', () => {
    const usage = { inputTokens: 1000, outputTokens: 50, totalTokens: 1950, cacheReadInputTokens: 900 };
    expect(invocationOf(readingOf(converse(usage))).tokens).toMatchObject({ input: 1000, output: 50, cacheRead: 900 });
  });

  it('is not assumed when there is no total', () => {
    const usage = { inputTokens: 1000, outputTokens: 50, cacheReadInputTokens: 900 };
    expect(invocationOf(readingOf(converse(usage))).tokens).toMatchObject({ input: 1000, output: 50, cacheRead: 900 });
  });

  it('is never taken below zero', () => {
    const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cacheReadInputTokens: 900 };
    expect(invocationOf(readingOf(converse(usage))).tokens).toMatchObject({ input: 10, output: 5, cacheRead: 900 });
  });

  it('is corrected at the top level only where the same number stands there', () => {
    const usage = { inputTokens: 1000, outputTokens: 50, totalTokens: 1050, cacheReadInputTokens: 900 };
    const other = { ...converse(usage), input: { inputTokenCount: 2000 } };
    expect(invocationOf(readingOf(other)).tokens).toMatchObject({ input: 2000, cacheRead: 900 });
  });

  it('is left alone at the top level when that already leaves them out', () => {
    const record = fixture('openai-chat-completions');
    const apart = { ...record, input: { inputTokenCount: 176 } };
    expect(invocationOf(readingOf(apart)).tokens).toMatchObject({ input: 176, cacheRead: 1024 });
  });
});

describe('the service tier', () => {
  const withBodies = (input: Json, output: Json) => ({
    ...fixture('converse'),
    input: { inputBodyJson: input },
    output: { outputBodyJson: output },
  });

  it.each<[what: string, input: Json, output: Json, tier: string | undefined]>([
    ['nobody names one', {}, {}, undefined],
    ['the answer names it', {}, { serviceTier: { type: 'flex' } }, 'flex'],
    ['the answer names it as plain text', {}, { serviceTier: 'flex' }, 'flex'],
    ['the answer says default', {}, { serviceTier: { type: 'default' } }, 'standard'],
    ['the answer says reserved', {}, { serviceTier: { type: 'reserved' } }, 'reserved'],
    [
      'priority was asked for and default served',
      { service_tier: 'priority' },
      { service_tier: 'default' },
      'standard',
    ],
    ['it was left to Bedrock, which does not say', { service_tier: 'auto' }, {}, undefined],
    ['it was left to Bedrock, which says', { service_tier: 'auto' }, { service_tier: 'priority' }, 'priority'],
    [
      'the last event differs from the first',
      {},
      [{ usage: { service_tier: 'priority' } }, { usage: { service_tier: 'flex' } }],
      'flex',
    ],
    ['optimized latency was asked for only', { performanceConfig: { latency: 'optimized' } }, {}, 'latency-optimized'],
    [
      'optimized latency was asked for and not served',
      { performanceConfig: { latency: 'optimized' } },
      { performanceConfig: { latency: 'standard' } },
      'standard',
    ],
    [
      'standard latency was served in a tier',
      {},
      { performanceConfig: { latency: 'standard' }, serviceTier: { type: 'flex' } },
      'flex',
    ],
    ['it is no text', {}, { serviceTier: { type: 7 }, service_tier: ['flex'] }, undefined],
  ])('when %s', (_what, input, output, tier) => {
    expect(invocationOf(readingOf(withBodies(input, output))).tier).toBe(tier);
  });
});

describe('request metadata', () => {
  it('keeps every name and value as written', () => {
    const { metadata } = invocationOf(readingOf(fixture('request-metadata-odd-keys')));
    expect(Object.entries(metadata)).toEqual([
      ['team', 'rivers'],
      ['cost.center', '12.4'],
      ['app/env', 'web/prod'],
      ['say "hi"', 'a "quoted" value'],
      ['équipe', 'hydrologie – été'],
      ['絵文字🌊', '流れ'],
      ['back\\slash', 'C:\\logs'],
      ['*', 'star'],
      ['__proto__', 'polluted'],
      ['constructor', 'Object'],
      ['', 'empty key'],
      ['tab\tkey', 'line\nbreak'],
    ]);
  });

  it('changes no prototype', () => {
    const { metadata } = invocationOf(readingOf(fixture('request-metadata-odd-keys')));
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  it('leaves out values that are no text', () => {
    const requestMetadata = { a: 1, b: null, c: true, d: ['x'], e: { f: 'x' }, g: 'kept' };
    expect(invocationOf(readingOf({ ...fixture('converse'), requestMetadata })).metadata).toEqual({ g: 'kept' });
  });

  it.each<[Json]>([[null], ['text'], [7], [[{ team: 'rivers' }]]])('is empty when it is %j', (requestMetadata) => {
    expect(invocationOf(readingOf({ ...fixture('converse'), requestMetadata })).metadata).toEqual({});
  });
});

describe('a line that is no invocation', () => {
  const record = JSON.stringify(fixture('converse'));
  const damaged = (change: JsonObject) => JSON.stringify({ ...fixture('converse'), ...change });

  it.each<[what: string, line: string, reject: Reject]>([
    ['an empty line', '', 'not JSON'],
    ['blanks', ' \t\r\n', 'not JSON'],
    [
      'the notice that CloudWatch delivery begins',
      'Permissions are correctly set for Amazon Bedrock logs.',
      'not JSON',
    ],
    ['one bare word', 'Permissions', 'not JSON'],
    ['two records', record + record, 'not JSON'],
    ['a record and a comma', `${record},`, 'not JSON'],
    ['a record without its first byte', record.slice(1), 'not JSON'],
    ['a number', '12', 'not a ModelInvocationLog record'],
    ['a text', '"ModelInvocationLog"', 'not a ModelInvocationLog record'],
    ['null', 'null', 'not a ModelInvocationLog record'],
    ['an empty object', '{}', 'not a ModelInvocationLog record'],
    ['an array of records', `[${record}]`, 'not a ModelInvocationLog record'],
    ['another schema', damaged({ schemaType: 'AgentInvocationLog' }), 'not a ModelInvocationLog record'],
    ['no time', damaged({ timestamp: null }), 'unreadable timestamp'],
    ['a time that is no time', damaged({ timestamp: 'yesterday' }), 'unreadable timestamp'],
    ['too many tokens', damaged({ input: { inputTokenCount: 1_000_000_001 } }), BAD_COUNT_REASON],
    [
      'too many tokens in parts',
      damaged({ output: { outputBodyJson: { results: [{ tokenCount: 9e8 }, { tokenCount: 9e8 }] } } }),
      BAD_COUNT_REASON,
    ],
  ])('%s', (_what, line, reject) => {
    expect(readRecord(Buffer.from(line))).toEqual({ reject });
  });

  it('may still be a record with blanks around it', () => {
    expect(readRecord(Buffer.from(` \t${record} \r\n`))).toEqual(readRecord(Buffer.from(record)));
  });
});

describe('a timestamp', () => {
  it.each([
    ['2026-10-06T07:55:07Z', '2026-10-06T07:55:07.000Z'],
    ['2026-10-06T07:55:07', '2026-10-06T07:55:07.000Z'],
    ['2026-10-06 07:55:07.000000000', '2026-10-06T07:55:07.000Z'],
    ['2026-10-06 07:55:07.123456789', '2026-10-06T07:55:07.123Z'],
    ['2026-10-06T07:55:07.5Z', '2026-10-06T07:55:07.500Z'],
    ['2026-10-06T07:55:07+05:30', '2026-10-06T02:25:07.000Z'],
    ['2026-10-06T07:55:07-0800', '2026-10-06T15:55:07.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ])('%s is %s', (written, iso) => {
    expect(timestampFromText(written)).toBe(Date.parse(iso));
  });

  it.each([
    [undefined],
    [''],
    ['2026-10-06'],
    ['2026-10-06T07:55Z'],
    ['2026-10-06T07:55:0712Z'],
    ['2026-10-06T07:55:07.Z'],
    ['2026-13-06T07:55:07Z'],
    ['2026-10-06T25:55:07Z'],
    ['1759737307000'],
    ['Tue, 06 Oct 2026 07:55:07 GMT'],
    ['2026-10-06T07:55:07Z; drop'],
  ])('%s is unreadable', (written) => {
    expect(timestampFromText(written)).toBeUndefined();
  });
});

describe('damaged input', () => {
  const records = FIXTURE_NAMES.map((name) => Buffer.from(JSON.stringify(fixture(name))));

  it('never throws, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isSound(readRecord(Buffer.from(bytes)))));
  });

  it('never throws for a record with some bytes overwritten', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...records),
        fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(...Buffer.from('"\\{}[]:,0-.e \n')), fc.nat(255))), {
          minLength: 1,
          maxLength: 5,
        }),
        (record, changes) => {
          const bytes = Buffer.from(record);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          return isSound(readRecord(bytes));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['arrays', `${'['.repeat(100_000)}{"usage":0}${']'.repeat(100_000)}`],
    ['objects', `${'{"usage":'.repeat(100_000)}0${'}'.repeat(100_000)}`],
    ['arrays of objects', `${'[{"usage":'.repeat(100_000)}0${'}]'.repeat(100_000)}`],
  ])('never throws for %s nested 100,000 deep', (_what, nested) => {
    const inFields = [
      `"identity":${nested}`,
      `"requestMetadata":{"a":${nested}}`,
      `"input":{"inputBodyJson":{"serviceTier":${nested}},"inputTokenCount":${nested},"cacheDetails":${nested}}`,
      `"output":{"outputBodyJson":${nested},"outputTokenCount":5}`,
    ];
    const line = `{"schemaType":"ModelInvocationLog","timestamp":"2026-10-06T08:15:30Z",${inFields.join(',')}}`;
    expect(invocationOf(readRecord(Buffer.from(line))).tokens).toMatchObject({ input: undefined, output: 5 });
  });

  it('gives whole counts, or a rejection, for anything in the place of a number', () => {
    const templates = FIXTURE_NAMES.map((name) => templateFrom(fixture(name)));
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        fc.array(oddNumber(), { minLength: 1, maxLength: 6 }),
        (template, odd) => isSound(readRecord(Buffer.from(template((index) => odd[index % odd.length] as string)))),
      ),
      { numRuns: 5000 },
    );
  });

  const countedAs = (written: string) =>
    readRecord(
      Buffer.from(
        `{"schemaType":"ModelInvocationLog","timestamp":"2026-10-06T08:15:30Z","input":{"inputTokenCount":${written}}}`,
      ),
    );

  it.each([['null'], ['[118]'], ['{"count":118}']])('takes %s for no count', (odd) => {
    expect(invocationOf(countedAs(odd)).tokens.input).toBeUndefined();
  });

  it.each([
    ...['-1', '1.5', 'true', '1e400', '9007199254740993', '1000000001', '-0.5', '1e-3'],
    ...['""', '"-1"', '"1.5"', '"1e3"', '" 7"', '"many"', '"1000000001"', '"٣"', '"0x10"'],
  ])('rejects a record that counts %s', (odd) => {
    expect(countedAs(odd)).toEqual({ reject: BAD_COUNT_REASON });
  });

  it.each<[where: string, output: Json]>([
    ['in a usage', { usage: { outputTokens: -5 } }],
    ['in a lifetime', { usage: { cacheDetails: [{ ttl: '1h', inputTokens: -5 }] } }],
    ['in a part of an answer', { results: [{ tokenCount: 20 }, { tokenCount: -5 }] }],
    ['in details', { usage: { input_tokens_details: { cached_tokens: 0.5 } } }],
    ['in an event', [{ usage: { output_tokens: 7 } }, { message: { usage: { input_tokens: 'x' } } }]],
    ['of sums', { usage: { cacheDetails: [{ inputTokens: 900_000_000 }, { inputTokens: 900_000_000 }] } }],
  ])('rejects a record with a count that is none %s', (_, outputBodyJson) => {
    const record = { ...fixture('converse'), input: {}, output: { outputBodyJson } };
    expect(readingOf(record)).toEqual({ reject: BAD_COUNT_REASON });
  });

  it.each([
    ['0', 0],
    ['7', 7],
    ['1e3', 1000],
    ['118.0', 118],
    ['999999999', 999_999_999],
    ['1000000000', 1_000_000_000],
    ['-0', 0],
    ['"118"', 118],
    ['"0042"', 42],
    ['"1000000000"', 1_000_000_000],
  ])('counts %s as %i', (written, count) => {
    expect(invocationOf(countedAs(written)).tokens.input).toBe(count);
  });
});

describe('prompts and answers', () => {
  const SECRET = 'xyzzy-the-prompt';

  it.each(FIXTURE_NAMES)('%s shows none of its own', (name) => {
    expect(JSON.stringify(readingOf(fixture(name)))).not.toMatch(/Isonzo|Piave|river\.|not answered here/);
  });

  it('never come out, wherever a body holds them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FIXTURE_NAMES), fc.nat(), (name, place) => {
        const record = fixture(name);
        const holders = [...objectsIn(record['input'] as Json), ...objectsIn(record['output'] as Json)];
        const holder = holders[place % holders.length] as JsonObject;
        holder['text'] = SECRET;
        for (const field of Object.keys(holder)) holder[field] = hidden(field, holder[field] as Json);
        expect(JSON.stringify(readingOf(record))).not.toContain(SECRET);
      }),
      { numRuns: 2000 },
    );
  });

  /** Puts the secret in the place of a whole part of the body. */
  function hidden(field: string, value: Json): Json {
    return field !== 'serviceTier' && typeof value === 'object' && value !== null ? SECRET : value;
  }
});

// --- helpers ---

const REJECTS: ReadonlySet<Reject> = new Set<Reject>([
  'not JSON',
  'not a ModelInvocationLog record',
  'unreadable timestamp',
  BAD_COUNT_REASON,
  TOO_MUCH_REASON,
]);

/** A rejection, or an invocation whose numbers can be summed and priced. */
function isSound(reading: RecordReading): boolean {
  if ('reject' in reading) return REJECTS.has(reading.reject);
  const { tokens, latencyMs = 0, firstByteMs = 0 } = reading.invocation;
  return (
    [...Object.values(tokens), latencyMs, firstByteMs].every(
      (count = 0) => Number.isSafeInteger(count) && count >= 0,
    ) &&
    tokens.cacheWrite1h <= tokens.cacheWriteKnown &&
    tokens.cacheWriteKnown <= tokens.cacheWrite
  );
}

/** What damage may leave in the place of a number, as JSON text. Some of it is no JSON. */
function oddNumber(): fc.Arbitrary<string> {
  const likely = [
    '-1',
    '-0',
    '0',
    '1.5',
    '1e3',
    '1e400',
    '-1e400',
    '9007199254740993',
    '1000000001',
    '00',
    'NaN',
    '"12"',
    '""',
    'null',
    '[]',
    '[1]',
    '{}',
    '[[[]]]',
  ];
  return fc.oneof(
    fc.constantFrom(...likely),
    fc.nat(2_000_000_000).map(String),
    fc.double().map(String),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
}

/** The JSON text of a record as a function of what stands in the place of its numbers. */
function templateFrom(record: Json): (number: (index: number) => string) => string {
  const parts = JSON.stringify(record, (_field, value: unknown) =>
    typeof value === 'number' ? '@number@' : value,
  ).split('"@number@"');
  return (number) => parts.reduce((text, part, index) => `${text}${number(index)}${part}`);
}

function objectsIn(value: Json): JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([field, inner]) => [field, reversed(inner)]),
  );
}
