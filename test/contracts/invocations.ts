import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alias } from '../../src/domain/alias.ts';
import type { Filter } from '../../src/domain/dimension.ts';
import type { PriceKey } from '../../src/domain/usage.ts';
import type { Weights } from '../../src/domain/weights.ts';
import { type Engine, type InvocationRow, type InvocationsQuery, sumsOf } from '../../src/engines/engine.ts';
import { CALLERS, type Call, callOf, MODELS } from '../helpers/log-files.ts';
import { fromSamples } from '../helpers/samples.ts';
import { collectParts, type MakeEngine, type Part, shareEngine } from './shared-engine.ts';
import type { Visibility } from './visibility.ts';

const OCTOBER = { from: Date.parse('2026-10-01T00:00:00Z'), to: Date.parse('2026-11-01T00:00:00Z') };
const CHANGE = '2026-10-20T00:00:00Z';

const HAIKU: Alias = {
  unresolved: 'application-inference-profile/k3v9q2m7x1ab',
  model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  name: 'doc-search',
  tags: { team: 'search' },
};

/** Invented, with what makes prices differ: model, routing, size of the prompt, tier, time; some classes have none. */
function weightsFor({ model, scope, contextBand, tier, ratesFrom }: Omit<PriceKey, 'region'>): Weights | undefined {
  const base = BASES[model];
  if (base === undefined) return undefined;
  const factor = (scope === 'global' ? 10n : 11n) * (contextBand >= 200_000 ? 2n : 1n) * (tier === 'flex' ? 1n : 2n);
  const later = ratesFrom === Date.parse(CHANGE) ? 3n : 1n;
  return Object.fromEntries(Object.entries(base).map(([name, weight]) => [name, weight * factor * later]));
}

const BASES: Readonly<Record<string, Record<string, bigint>>> = {
  'anthropic.claude-sonnet-4-6': { input: 300n, output: 1500n, cacheRead: 30n, cacheWrite5m: 375n, cacheWrite1h: 600n },
  'anthropic.claude-haiku-4-5-20251001-v1:0': {
    ...{ input: 100n, output: 500n },
    ...{ cacheRead: 10n, cacheWrite5m: 125n, cacheWrite1h: 200n },
  },
  // Nobody knows what its cache costs.
  'meta.llama3-3-70b-instruct-v1:0': { input: 72n, output: 72n },
};

interface Asked extends Partial<Omit<InvocationsQuery, 'prices' | 'aliasesOf'>> {
  aliases?: readonly Alias[];
}

/** Asks for sums first, as reports do: they tell which prices there are. */
async function askTop(engine: Engine, { aliases = [], ...asked }: Asked) {
  const query = {
    ...{ ...OCTOBER, where: [], rateChanges: [], limit: 10, unpricedLimit: 5, prices: [] },
    ...asked,
    aliasesOf: async (ids: readonly string[]) => aliases.filter(({ unresolved }) => ids.includes(unresolved)),
  };
  const { rows } = await engine.usage(sumsOf(query));
  const prices = rows.flatMap(({ priceKey }) => {
    const weights = weightsFor(priceKey);
    return weights ? [{ priceKey, weights }] : [];
  });
  return engine.invocations({ ...query, prices });
}

/** What every engine that knows single requests must do. */
export function testInvocations(makeEngine: MakeEngine, sight: Visibility): void {
  async function ask({ engine, mine }: Part, asked: Asked = {}) {
    return askTop(await engine(), { ...asked, where: [...(asked.where ?? []), mine] });
  }

  async function top(calls: Part, asked: Asked = {}): Promise<string[]> {
    return idsOf((await ask(calls, asked)).rows);
  }

  describe('tells the most expensive requests', () => {
    const { part, engine } = shareEngine(makeEngine);

    const byTokens = part([
      callOf({ requestId: 'long', model: MODELS.llama, input: 30_000, output: 0 }),
      callOf({ requestId: 'read', input: 0, output: 0, cacheRead: 90_000 }),
      callOf({ requestId: 'answer', input: 0, output: 2_000 }),
      callOf({ requestId: 'hour', input: 0, output: 0, cacheWrite: 4_000, cacheWrite1h: 4_000 }),
      callOf({ requestId: 'minutes', input: 0, output: 0, cacheWrite: 4_000, cacheWrite1h: 0 }),
      callOf({ requestId: 'input', input: 4_100, output: 0 }),
    ]);

    it('by what their tokens weigh, not by how many there are', async () => {
      expect(await top(byTokens)).toEqual(['answer', 'read', 'hour', 'long', 'minutes', 'input']);
      expect(await top(byTokens, { limit: 2 })).toEqual(['answer', 'read']);
    });

    const byPrices = part([
      callOf({ requestId: 'global', model: MODELS.globalSonnet, input: 1_000 }),
      callOf({ requestId: 'geo', model: MODELS.geoSonnet, input: 1_000 }),
      callOf({ requestId: 'flex', tier: 'flex', input: 1_000 }),
      callOf({ requestId: 'later', at: CHANGE, input: 400 }),
      callOf({ requestId: 'below', input: 200_000 }),
      callOf({ requestId: 'above', input: 100_001, cacheRead: 100_000 }),
    ]);

    it('by every part of a price', async () => {
      const rateChanges = [Date.parse(CHANGE)];
      expect(await top(byPrices, { rateChanges })).toEqual(['above', 'below', 'later', 'geo', 'global', 'flex']);
    });

    const known = part([
      callOf({
        ...{ requestId: 'r', at: '2026-10-14T10:20:30Z', model: MODELS.profile, inferenceRegion: 'us-west-2' },
        ...{ input: 5, output: 7, cacheRead: 11, cacheWrite: 13, cacheWrite1h: 3, tier: 'flex' },
        ...{ stopReason: 'max_tokens', latencyMs: 4321, firstByteMs: 321 },
        metadata: { team: 'a', "it's": 'größe 🚀, "x"' },
      }),
    ]);

    it('with all that is known of them', async () => {
      const [call] = known.calls as [Call];
      const { rows, unpriced, notes } = await ask(known, { aliases: [HAIKU] });
      expect({ unpriced, notes }).toEqual({ unpriced: [], notes: [] });
      expect(rows).toEqual([
        {
          at: Date.parse(call.at),
          requestId: 'r',
          attributes: {
            account: call.account,
            region: 'us-east-1',
            inferenceRegion: 'us-west-2',
            operation: 'Converse',
            model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
            provider: 'anthropic',
            scope: 'geo',
            profile: 'doc-search',
            caller: CALLERS.ada.arn,
            principal: 'role/Developer',
            session: 'ada@example.com',
            tier: 'flex',
            status: 'ok',
            error: false,
            stopReason: 'max_tokens',
            metadata: sight.unaskedMetadata ? call.metadata : {},
          },
          tags: { team: 'search' },
          latencyMs: 4321,
          firstByteMs: 321,
          priceKey: {
            model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
            scope: 'geo',
            region: 'us-east-1',
            tier: 'flex',
            contextBand: 0,
            ratesFrom: OCTOBER.from,
          },
          counts: {
            ...{ invocations: 1, errors: 0 },
            ...{ input: 5, output: 7, cacheRead: 11, cacheWrite5m: 10, cacheWrite1h: 3, cacheWriteUnknown: 0 },
          },
          shape: 0b1111111,
          weight: 11n * (5n * 100n + 7n * 500n + 11n * 10n + 10n * 125n + 3n * 200n),
          whole: true,
        } satisfies InvocationRow,
      ]);
    });

    const unknown = part([
      callOf({ caller: CALLERS.nobody, stopReason: undefined, cacheWrite: 9, errorCode: 'Broken' }),
    ]);

    it('as what is not known where it is not', async () => {
      const [row] = (await ask(unknown)).rows;
      expect(row).toMatchObject({
        attributes: { caller: undefined, principal: undefined, tier: undefined, status: 'Broken', metadata: {} },
        ...{ latencyMs: undefined, firstByteMs: undefined, tags: {} },
        counts: { errors: 1, cacheWrite5m: 9, cacheWriteUnknown: 9 },
      });
      expect(row?.attributes.stopReason).toBeUndefined();
    });

    const full = callOf({ requestId: 'twice', at: '2026-10-14T10:00:05Z', input: 400, output: 0 });
    const twice = part(
      [{ ...full, input: 0, output: 0, cacheRead: 9_000, at: '2026-10-14T10:00:01Z' }],
      [callOf({ requestId: 'once', input: 900, output: 0 }), full],
    );

    it('each once, by the largest of each counter of its records', async () => {
      const { rows } = await ask(twice);
      expect(idsOf(rows)).toEqual(['twice', 'once']);
      expect(rows[0]?.counts).toMatchObject({ invocations: 1, input: 400, cacheRead: 9_000 });
    });

    const aroundThePeriod = part([
      callOf({ requestId: 'before', at: '2026-09-30T23:59:59Z' }),
      callOf({ requestId: 'first', at: '2026-10-01T00:00:00Z', input: 200 }),
      callOf({ requestId: 'last', at: '2026-10-31T23:59:59Z' }),
      callOf({ requestId: 'after', at: '2026-11-01T00:00:00Z' }),
      callOf({ requestId: 'nothing', input: 0, output: 0, errorCode: 'ThrottlingException' }),
    ]);

    it('of those that cost something, in the period', async () => {
      expect(await top(aroundThePeriod)).toEqual(['first', 'last']);
      expect(await top(aroundThePeriod, { to: OCTOBER.from })).toEqual([]);
    });

    const filtered = part([
      callOf({ requestId: 'ci', caller: CALLERS.ci, input: 9_000, output: 0 }),
      callOf({ requestId: 'ada', input: 8_000, stopReason: 'max_tokens', metadata: { team: `"a'\\` } }),
      callOf({ requestId: 'bilal', caller: CALLERS.bilal, input: 2_000, errorCode: 'Broken' }),
      callOf({
        ...{ requestId: 'nobody', caller: CALLERS.nobody, region: 'eu-west-1' },
        ...{ input: 1_000, metadata: { team: 'b' } },
      }),
      callOf({
        ...{ requestId: 'profile', caller: CALLERS.root, region: 'eu-west-1' },
        ...{ model: MODELS.profile, input: 3_000, output: 0 },
      }),
    ]);

    it.each<[what: string, asked: Asked, expected: string[]]>([
      ['principal', { where: [{ dimension: 'principal', values: ['role/Developer'] }] }, ['ada', 'bilal']],
      ['session', { where: [{ dimension: 'session', values: ['bilal@example.com'] }] }, ['bilal']],
      ['caller', { where: [{ dimension: 'caller', values: ['(none)'] }] }, ['nobody']],
      ['model', { where: [{ dimension: 'model', values: ['anthropic.claude-haiku-4-5-20251001-v1:0'] }] }, ['profile']],
      ['tag', { where: [{ dimension: 'tag.team', values: ['search'] }] }, ['profile']],
      ['status', { where: [{ dimension: 'status', values: ['Broken'] }] }, ['bilal']],
      ['stop reason', { where: [{ dimension: 'stop_reason', values: ['max_tokens'] }] }, ['ada']],
      ['metadata with quotes', { where: [{ dimension: 'metadata.team', values: [`"a'\\`] }] }, ['ada']],
      ['region and metadata', { where: [EU, { dimension: 'metadata.team', values: ['(none)'] }] }, ['profile']],
      ['size', { only: { promptAtLeast: 3_000, outputAtMost: 0 } }, ['ci', 'profile']],
      ['nothing there is', { where: [{ dimension: 'model', values: ['nope'] }] }, []],
    ])('by filters on %s', async (_, asked, expected) => {
      expect(await top(filtered, { ...asked, aliases: [HAIKU] })).toEqual(expected);
    });

    const notAllPriced = part([
      callOf({ requestId: 'priced', input: 1 }),
      callOf({ requestId: 'profile', model: MODELS.profile, input: 100 }),
      callOf({ requestId: 'no rate for reads', model: MODELS.llama, input: 10, cacheRead: 5_000 }),
      callOf({ requestId: 'no reads', model: MODELS.llama, input: 10 }),
      callOf({ requestId: 'no tokens', model: MODELS.profile, input: 0, output: 0 }),
    ]);

    it('by what is known of them, and the largest of those that used something without a price', async () => {
      const { rows, unpriced } = await ask(notAllPriced);
      expect(new Set(idsOf(rows))).toEqual(new Set(['priced', 'no reads', 'no rate for reads']));
      expect(idsOf(unpriced)).toEqual(['no rate for reads', 'profile']);
      const known = rows.find(({ requestId }) => requestId === 'no reads')?.weight;
      expect(unpriced.map(({ weight, whole }) => [weight, whole])).toEqual([
        [known, false],
        [0n, false],
      ]);
      const fewer = await ask(notAllPriced, { unpricedLimit: 1, limit: 0 });
      expect([fewer.rows, idsOf(fewer.unpriced)]).toEqual([[], ['no rate for reads']]);
    });

    const large = part([
      callOf({ requestId: 'a', input: 999_999_998, output: 999_999_999 }),
      callOf({ requestId: 'b', input: 999_999_999, output: 999_999_999 }),
      callOf({ requestId: 'c', input: 999_999_997, output: 999_999_999 }),
    ]);

    it('exactly, where sums are larger than floating point counts', async () => {
      expect(await top(large, { limit: 2 })).toEqual(['b', 'a']);
    });

    it('rejects a cancelled question with CANCELLED', async () => {
      const query = { ...OCTOBER, where: [], rateChanges: [], limit: 1, unpricedLimit: 0, prices: [] };
      const cancelled = (await engine()).invocations(
        { ...query, aliasesOf: async () => [] },
        { signal: AbortSignal.abort() },
      );
      await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    });

    it('as a plain loop over the requests does', { timeout: 60_000 }, async () => {
      const settings = { numRuns: sight.distantRepeats ? 30 : 4, seed: 7 };
      await fromSamples(fc.tuple(CALLS, ASKED), settings, async (samples) => {
        const { part: another, engine: make } = collectParts(makeEngine);
        const parts = samples.map(([calls, asked]) => ({ calls: another(calls), asked }));
        const made = await make();
        onTestFinished(() => made.close());
        for (const { calls, asked } of parts) {
          const { rows, unpriced, notes } = await ask(calls, asked);
          const expected = reference(calls.calls, asked);
          expect(rows.map(({ requestId, weight }) => [requestId, weight])).toEqual(expected.rows);
          expect(idsOf(unpriced)).toEqual(expected.unpriced);
          expect(notes).toEqual([]);
        }
      });
    });
  });
}

const EU: Filter = { dimension: 'region', values: ['eu-west-1'] };

function idsOf(rows: readonly InvocationRow[]): string[] {
  return rows.map(({ requestId }) => requestId);
}

// --- the reference: shares no code with any engine ---

function reference(
  calls: readonly Call[],
  { aliases = [], where = [], only = {}, limit = 10, rateChanges = [] }: Asked,
) {
  const known = calls.map((call) => {
    const alias = aliases.length > 0 && call.model.profile !== undefined;
    const { input = 0, output = 0 } = call;
    const prompt = input + call.cacheRead + call.cacheWrite;
    const long = call.cacheWrite1h ?? 0;
    const tokens = { input, output, cacheRead: call.cacheRead };
    const classes = Object.entries({ ...tokens, cacheWrite5m: call.cacheWrite - long, cacheWrite1h: long });
    const weights = weightsFor({
      model: alias ? 'anthropic.claude-haiku-4-5-20251001-v1:0' : call.model.model,
      scope: alias ? 'geo' : call.model.scope,
      tier: call.tier,
      contextBand: [272_000, 256_000, 200_000, 128_000, 100_000].find((band) => prompt > band) ?? 0,
      ratesFrom: rateChanges.length > 0 && call.at >= CHANGE ? Date.parse(CHANGE) : OCTOBER.from,
    });
    const used = classes.filter(([, count]) => count > 0);
    const isPriced = used.every(([name]) => weights?.[name as keyof Weights] !== undefined);
    const weigh = (name: string) => weights?.[name as keyof Weights] ?? 0n;
    const weight = used.reduce((sum, [name, count]) => sum + BigInt(count) * weigh(name), 0n);
    return { call, prompt, weight, isPriced, output, size: prompt + output };
  });
  const kept = known
    .filter(({ output, prompt }) => prompt >= (only.promptAtLeast ?? 0) && output <= (only.outputAtMost ?? 1e9))
    .filter(({ call }) => where.every(({ values }) => values.includes(call.caller.principal ?? '(none)')))
    .toSorted((a, b) => (a.call.at < b.call.at ? -1 : 1));
  const priced = kept.filter(({ weight }) => weight > 0n);
  return {
    rows: priced
      .toSorted((a, b) => Number(b.weight - a.weight))
      .slice(0, limit)
      .map(({ call, weight }) => [call.requestId, weight]),
    unpriced: kept
      .filter(({ isPriced }) => !isPriced)
      .toSorted((a, b) => b.size - a.size)
      .slice(0, 5)
      .map(({ call }) => call.requestId),
  };
}

const COUNT = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300_000 }));

/** Each request at a second of its own, so that the order of equals is known. */
const CALLS: fc.Arbitrary<Call[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 30 * 86_400 }), { minLength: 1, maxLength: 60 })
  .chain((seconds) =>
    fc.tuple(
      ...seconds.map((second) =>
        fc.record({
          at: fc.constant(new Date(OCTOBER.from + second * 1000).toISOString().replace('.000', '')),
          region: fc.constantFrom('us-east-1', 'eu-west-1'),
          model: fc.constantFrom(...Object.values(MODELS)),
          caller: fc.constantFrom(...Object.values(CALLERS)),
          ...{ input: COUNT, output: COUNT, cacheRead: COUNT, cacheWrite: COUNT },
          cacheWrite1h: fc.constantFrom(undefined, 0),
          tier: fc.constantFrom(undefined, 'flex'),
        }),
      ),
    ),
  )
  .map((calls) => calls.map((call, index) => callOf({ ...call, requestId: `r${index}` })));

const ASKED: fc.Arbitrary<Asked> = fc.record({
  limit: fc.constantFrom(1, 5, 100),
  aliases: fc.constantFrom([], [HAIKU]),
  rateChanges: fc.constantFrom([], [Date.parse(CHANGE)]),
  where: fc.constantFrom([], [{ dimension: 'principal', values: ['role/Developer', '(none)'] } as const]),
  only: fc.constantFrom({}, { promptAtLeast: 100_000, outputAtMost: 200_000 }),
});
