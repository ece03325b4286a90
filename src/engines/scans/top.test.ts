import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../domain/invocation.ts';
import type { PriceKey } from '../../domain/usage.ts';
import type { InvocationsQuery } from '../engine.ts';
import { groupFromInvocation } from '../grouping/merge.ts';
import { type Candidates, type TopRequest, topInvocations } from './top.ts';

const NO_CACHE = { cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, cacheWriteKnown: 0 };

function request(requestId: string, input: number, change: Partial<Invocation> = {}): Invocation {
  return {
    ...{ requestId, accountId: '1', region: 'r', at: 1, operation: 'Converse', modelId: 'acme.a', metadata: {} },
    ...{ identityArn: undefined, inferenceRegion: undefined, errorCode: undefined, blocked: false, tier: undefined },
    ...{ stopReason: undefined, latencyMs: undefined, firstByteMs: undefined },
    tokens: { input, output: 0, ...NO_CACHE },
    ...change,
  };
}

function price(input: bigint, change: Partial<PriceKey> = {}) {
  const priceKey = { model: 'acme.a', scope: 'in-region', region: 'r', tier: undefined, contextBand: 0, ratesFrom: 0 };
  return { priceKey: { ...priceKey, ...change } as PriceKey, weights: { input, output: 5n } };
}

function queryOf(change: Partial<InvocationsQuery> = {}): InvocationsQuery {
  const open = { where: [], rateChanges: [], aliasesOf: async () => [] };
  return { from: 0, to: 10, ...open, limit: 2, unpricedLimit: 0, prices: [price(3n)], ...change };
}

/** Answers one look after the other, over requests that are all of the groups. */
async function topOf(requests: readonly Invocation[], looks: readonly Candidates[], query = queryOf()) {
  const asked: TopRequest[] = [];
  const groups = requests.map((one) => groupFromInvocation({ ...one, records: 1 }));
  const ask = async (what: TopRequest) => {
    asked.push(what);
    return looks[asked.length - 1] as Candidates;
  };
  const answer = await topInvocations(groups, query, ask, {});
  return { asked, ids: answer.rows.map(({ requestId }) => requestId), ...answer };
}

const ALL = [request('a', 30), request('b', 20), request('c', 10)];

describe('the heaviest requests', () => {
  it.each<[what: string, rest: bigint | undefined, looks: number]>([
    ['nothing is missing', undefined, 1],
    ['what is missing is lighter', 59n, 1],
    ['what is missing is as heavy as the last', 60n, 1],
    ['what is missing may be heavier', 61n, 2],
  ])('are certain when %s', async (_, rest, looks) => {
    const { asked, ids, notes } = await topOf(ALL, [
      { invocations: ALL, rest },
      { invocations: ALL, rest: undefined },
    ]);
    expect(ids).toEqual(['a', 'b']);
    expect(notes).toEqual([]);
    expect(asked).toHaveLength(looks);
  });

  it('are asked for more widely the second time, and then said to be uncertain', async () => {
    const look = { invocations: ALL, rest: 1000n };
    const { asked, ids, notes } = await topOf(ALL, [look, look]);
    expect(asked.map(({ limit }) => limit)).toEqual([1_002, 10_000]);
    expect(ids).toEqual(['a', 'b']);
    expect(notes).toEqual([expect.stringContaining('10,000 requests')]);
  });

  it('are uncertain when there are too few of them among those that were given', async () => {
    const look = { invocations: ALL.slice(2), rest: 1n };
    const { ids, notes } = await topOf(ALL, [look, look]);
    expect(ids).toEqual(['c']);
    expect(notes).toHaveLength(1);
  });

  it('are not asked for where nothing has a weight', async () => {
    expect((await topOf(ALL, [], queryOf({ prices: [] }))).asked).toEqual([]);
  });
});

describe('the bound', () => {
  const bounds = ({ asked }: { asked: readonly TopRequest[] }) => Object.fromEntries(asked[0]?.bounds ?? []);
  const none = [{ invocations: [], rest: undefined }];
  const NO_CACHE_WEIGHT = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

  it('of a model is the largest of its weights, by each class', async () => {
    const requests = [request('a', 1), request('b', 150_000), request('c', 1, { modelId: 'acme.other' })];
    const prices = [price(3n), { ...price(7n, { contextBand: 128_000 }), weights: { input: 7n, output: 2n } }];
    const answer = await topOf(requests, none, queryOf({ prices }));
    expect(bounds(answer)).toEqual({ 'acme.a': { input: 7, output: 5, ...NO_CACHE_WEIGHT } });
  });

  it('stays small, rounded up', async () => {
    const prices = [price(10n ** 30n + 1n)];
    const answer = await topOf([request('a', 1)], none, queryOf({ prices }));
    expect(bounds(answer)['acme.a']).toEqual({ input: 1_000_000_000, output: 1, ...NO_CACHE_WEIGHT });
  });

  it('in larger units is compared in those', async () => {
    const prices = [price(2_000_000_000n)];
    const looks = [
      { invocations: ALL, rest: 20_000_000_001n },
      { invocations: ALL, rest: undefined },
    ];
    expect((await topOf(ALL, looks, queryOf({ prices }))).asked).toHaveLength(2);
    const exact = [{ invocations: ALL, rest: 20_000_000_000n }];
    expect((await topOf(ALL, exact, queryOf({ prices }))).asked).toHaveLength(1);
  });
});

describe('filters', () => {
  it('on names become conditions on what is logged', async () => {
    const arn = (name: string) => ({ identityArn: `arn:aws:sts::1:assumed-role/dev/${name}` });
    const requests = [
      request('a', 1, { ...arn('ada'), metadata: { team: 'x' } }),
      request('b', 1, arn('bilal')),
      request('c', 1, { identityArn: 'arn:aws:iam::1:root' }),
    ];
    const where = [
      { dimension: 'principal', values: ['role/dev'] },
      { dimension: 'metadata.team', values: ['x', '(none)'] },
      { dimension: 'tier', values: ['(none)'] },
    ] as const;
    const { asked } = await topOf(requests, [{ invocations: [], rest: undefined }], queryOf({ where }));
    expect(asked[0]?.where).toEqual([
      { column: 'caller', values: [arn('ada').identityArn, arn('bilal').identityArn] },
      { column: 'metadata.team', values: ['', 'x'] },
    ]);
  });
});
