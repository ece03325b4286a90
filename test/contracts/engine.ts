import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alias } from '../../src/domain/alias.ts';
import { type Dimension, dimensionFromText, type Filter, isTimeDimension } from '../../src/domain/dimension.ts';
import { bucketsFromPeriod, HOUR_MS } from '../../src/domain/period.ts';
import type { RequestSize } from '../../src/domain/request-size.ts';
import type { PriceKey, UsageCounts, UsageRow } from '../../src/domain/usage.ts';
import { classesUsed, unstated } from '../../src/domain/usage-shape.ts';
import type { Coverage, Engine, UsageQuery } from '../../src/engines/engine.ts';
import { CALLERS, type Call, callOf, type Line, MODELS } from '../helpers/log-files.ts';
import { fromSamples } from '../helpers/samples.ts';
import { testInvocations } from './invocations.ts';
import { collectParts, type MakeEngine, type Part, shareEngine } from './shared-engine.ts';
import { EVERYTHING, type Visibility } from './visibility.ts';

interface Question {
  from: string;
  to: string;
  by: readonly Dimension[];
  timezone: string;
  where: readonly Filter[];
  rateChanges: readonly string[];
  aliases: readonly Alias[];
  only?: RequestSize;
  cellMs?: number | undefined;
}

const OCTOBER: Question = {
  from: '2026-10-01T00:00:00Z',
  to: '2026-11-01T00:00:00Z',
  by: [],
  timezone: 'UTC',
  where: [],
  rateChanges: [],
  aliases: [],
};

const PROFILE_ALIAS: Alias = {
  unresolved: 'application-inference-profile/k3v9q2m7x1ab',
  model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  name: 'doc-search',
  tags: { team: 'search', 'cost/center~"a.b"': 'cc-1300' },
};

/** What every engine must do, whatever it reads. */
export function testEngine(name: string, makeEngine: MakeEngine, sight: Visibility = EVERYTHING): void {
  async function engineOver(deliveries: readonly (readonly Line[])[]): Promise<Engine> {
    const engine = await makeEngine(deliveries);
    onTestFinished(() => engine.close());
    return engine;
  }

  async function ask({ engine, mine }: Part, question: Partial<Question>): Promise<UsageRow[]> {
    const query = queryOf({ ...OCTOBER, ...question, where: [...(question.where ?? []), mine] });
    return (await (await engine()).usage(query)).rows;
  }

  /** Invocations by the key of the asked dimensions, joined with `|`. */
  async function countsOf(part: Part, question: Partial<Question>): Promise<Record<string, number>> {
    return countsFromRows(await ask(part, question));
  }

  describe(`${name} engine`, () => {
    /** For all that asks about October as a whole: cases that cut time otherwise, or sizes, have one of their own. */
    const { part } = shareEngine(makeEngine);

    describe('groups by', () => {
      const cases: [dimension: Dimension, calls: Partial<Call>[], expected: Record<string, number>][] = [
        [
          'model',
          [{ model: MODELS.sonnet }, { model: MODELS.geoSonnet }, { model: MODELS.llama }, { model: MODELS.profile }],
          {
            'anthropic.claude-sonnet-4-6': 2,
            'meta.llama3-3-70b-instruct-v1:0': 1,
            'application-inference-profile/k3v9q2m7x1ab': 1,
          },
        ],
        [
          'scope',
          [
            { model: MODELS.sonnet },
            { model: MODELS.globalSonnet },
            { model: MODELS.geoSonnet },
            { model: MODELS.profile },
          ],
          { 'in-region': 1, global: 1, geo: 1, unknown: 1 },
        ],
        [
          'provider',
          [{ model: MODELS.sonnet }, { model: MODELS.llama }, { model: MODELS.profile }],
          { anthropic: 1, meta: 1, '(none)': 1 },
        ],
        ['region', [{ region: 'us-east-1' }, { region: 'eu-west-1' }], { 'us-east-1': 1, 'eu-west-1': 1 }],
        [
          'inference_region',
          [{ inferenceRegion: 'us-west-2' }, { inferenceRegion: undefined }],
          { 'us-west-2': 1, '(none)': 1 },
        ],
        [
          'principal',
          [
            { caller: CALLERS.ada },
            { caller: CALLERS.bilal },
            { caller: CALLERS.ci },
            { caller: CALLERS.root },
            { caller: CALLERS.nobody },
          ],
          { 'role/Developer': 2, 'user/team/ci': 1, root: 1, '(none)': 1 },
        ],
        [
          'session',
          [{ caller: CALLERS.ada }, { caller: CALLERS.bilal }, { caller: CALLERS.ci }],
          { 'ada@example.com': 1, 'bilal@example.com': 1, '(none)': 1 },
        ],
        [
          'caller',
          [{ caller: CALLERS.ci }, { caller: CALLERS.nobody }],
          { 'arn:aws:iam::111122223333:user/team/ci': 1, '(none)': 1 },
        ],
        [
          'operation',
          [{ operation: 'Converse' }, { operation: 'InvokeModelWithResponseStream' }],
          { Converse: 1, InvokeModelWithResponseStream: 1 },
        ],
        [
          'profile',
          [{ model: MODELS.profile }, { model: MODELS.geoSonnet }],
          { 'application-inference-profile/k3v9q2m7x1ab': 1, '(none)': 1 },
        ],
        ['tier', [{ tier: 'priority' }, { tier: 'flex' }, { tier: undefined }], { priority: 1, flex: 1, '(none)': 1 }],
        [
          'status',
          [{}, { blocked: true }, { errorCode: 'ThrottlingException' }],
          { ok: 1, blocked: 1, ThrottlingException: 1 },
        ],
        [
          'stop_reason',
          [
            { stopReason: 'max_tokens' },
            { stopReason: 'tool_use' },
            { stopReason: 'tool_use' },
            { stopReason: undefined },
            { blocked: true },
          ],
          { max_tokens: 1, tool_use: 2, '(none)': 1, guardrail_intervened: 1 },
        ],
        [
          'metadata.team',
          [{ metadata: { team: 'search' } }, { metadata: { team: '' } }, { metadata: { Team: 'x' } }, {}],
          { search: 1, '(none)': 3 },
        ],
        ['tag.team', [{ model: MODELS.profile }], { '(none)': 1 }],
      ];

      it.each(cases.map(([dimension, calls, expected]) => [dimension, part(calls.map(callOf)), expected] as const))(
        '%s',
        async (dimension, calls, expected) => {
          expect(await countsOf(calls, { by: [dimension] })).toEqual(expected);
        },
      );

      it('account', async () => {
        const engine = await engineOver([[callOf({ account: '111122223333' }), callOf({ account: '000000000042' })]]);
        const { rows } = await engine.usage(queryOf({ ...OCTOBER, by: ['account'] }));
        expect(countsFromRows(rows)).toEqual({ 111122223333: 1, '000000000042': 1 });
      });

      const twoPrices = part([callOf(), callOf(), callOf({ model: MODELS.globalSonnet })]);

      it('nothing: one row a price', async () => {
        const rows = await ask(twoPrices, {});
        expect(rows.map(({ key, priceKey, invocations }) => [key, priceKey.scope, invocations]).sort()).toEqual([
          [{}, 'global', 1],
          [{}, 'in-region', 2],
        ]);
      });

      const severalTimes = part([
        callOf({ at: '2026-10-02T10:00:00Z', caller: CALLERS.ada }),
        callOf({ at: '2026-10-02T11:00:00Z', caller: CALLERS.ada }),
        callOf({ at: '2026-11-01T00:00:00Z', caller: CALLERS.ada }),
        callOf({ at: '2026-10-03T10:00:00Z', caller: CALLERS.ci, metadata: { team: 'ops' } }),
      ]);

      it('several dimensions at once', async () => {
        expect(await countsOf(severalTimes, { by: ['principal', 'day', 'metadata.team', 'hour'] })).toEqual({
          'role/Developer|2026-10-02|(none)|2026-10-02T10:00Z': 1,
          'role/Developer|2026-10-02|(none)|2026-10-02T11:00Z': 1,
          'user/team/ci|2026-10-03|ops|2026-10-03T10:00Z': 1,
        });
      });

      const oddKeys = [
        ...['a.b', 'a/b', 'a~b', '~1', '/', 'say "hi"', "it's", '$.team', '*', '0', 'a\\b', 'größe 🚀', '[0]', ' '],
      ];

      it('metadata, whatever its keys are', async () => {
        const calls = oddKeys.map((key) =>
          callOf({ metadata: { [key]: `in ${key}`, a: 'not this', team: 'nor this' } }),
        );
        const engine = await engineOver([[...calls, callOf()]]);
        const by = oddKeys.map((key) => dimensionFromText(`metadata.${key}`));
        const { rows } = await engine.usage(queryOf({ ...OCTOBER, by }));
        for (const [index, dimension] of by.entries())
          expect(countsFromRows(rows.map((row) => ({ ...row, key: { [dimension]: row.key[dimension] } })))).toEqual({
            [`in ${oddKeys[index]}`]: 1,
            '(none)': oddKeys.length,
          });
        expect(await engine.metadataKeys()).toEqual(['a', 'team', ...oddKeys].sort(byCodePoint));
      });
    });

    describe('sums', () => {
      const counters = part([
        callOf({ input: 100, output: 10, cacheRead: 1000 }),
        callOf({ input: 1, output: 2, cacheWrite: 500, cacheWrite1h: 200 }),
        callOf({ input: 0, output: 0, cacheWrite: 70 }),
        callOf({ input: 0, output: 0, errorCode: 'ThrottlingException' }),
      ]);

      it('every counter', async () => {
        const rows = await ask(counters, {});
        const priceKey = {
          model: 'anthropic.claude-sonnet-4-6',
          scope: 'in-region',
          region: 'us-east-1',
          tier: undefined,
          contextBand: 0,
          ratesFrom: Date.parse(OCTOBER.from),
        };
        expect(rows.map((row) => [row.key, row.priceKey])).toEqual(rows.map(() => [{}, priceKey]));
        expect(totalOf(rows)).toEqual({
          invocations: 4,
          errors: 1,
          input: 101,
          output: 12,
          cacheRead: 1000,
          cacheWrite5m: 370,
          cacheWrite1h: 200,
          cacheWriteUnknown: 70,
        });
      });

      const large = part(Array.from({ length: 9 }, () => callOf({ input: 999_999_999, output: 999_999_999 })));

      it('counts beyond 32 bits exactly', async () => {
        const [row] = await ask(large, {});
        expect([row?.input, row?.output]).toEqual([8_999_999_991, 8_999_999_991]);
      });

      const before = part([callOf({ at: '2026-09-30T23:59:59Z' })]);

      it('nothing to no rows, when no invocation is in the period', async () => {
        expect(await ask(before, {})).toEqual([]);
      });
    });

    describe('keeps apart what is priced apart', () => {
      const { part } = shareEngine(makeEngine);

      const cases: [what: keyof PriceKey, calls: Partial<Call>[], expected: (string | number | undefined)[]][] = [
        [
          'model',
          [{ model: MODELS.sonnet }, { model: MODELS.llama }],
          ['anthropic.claude-sonnet-4-6', 'meta.llama3-3-70b-instruct-v1:0'],
        ],
        [
          'scope',
          [{ model: MODELS.sonnet }, { model: MODELS.globalSonnet }, { model: MODELS.geoSonnet }],
          ['geo', 'global', 'in-region'],
        ],
        ['region', [{ region: 'us-east-1' }, { region: 'eu-west-1' }], ['eu-west-1', 'us-east-1']],
        ['tier', [{ tier: 'flex' }, { tier: undefined }], ['flex', undefined]],
        [
          'contextBand',
          [
            { input: 100_000 },
            { input: 100_001 },
            { input: 1, cacheRead: 100_000, cacheWrite: 100_000 },
            { input: 272_001, output: 5 },
            { input: 256_001 },
            { input: 128_001 },
          ],
          [0, 100_000, 128_000, 200_000, 256_000, 272_000],
        ],
      ];

      it.each(cases.map(([what, calls, expected]) => [what, part(calls.map(callOf)), expected] as const))(
        '%s',
        async (what, calls, expected) => {
          const rows = await ask(calls, { by: ['operation'] });
          expect(new Set(rows.map(({ priceKey }) => priceKey[what]))).toEqual(new Set(expected));
          expect(rows.map(({ invocations }) => invocations)).toEqual(expected.map(() => 1));
        },
      );

      const longAnswer = part([callOf({ input: 100_000, output: 50_000 })]);

      it('does not count the answer to the context band', async () => {
        const [row] = await ask(longAnswer, {});
        expect(row?.priceKey.contextBand).toBe(0);
      });

      it.each(
        [
          ['on the hour', '2026-10-07T00:00:00Z', '2026-10-06T23:59:59Z'] as const,
          ['within an hour', '2026-10-07T10:20:30Z', '2026-10-07T10:20:29Z'] as const,
        ].map(([what, change, before]) => {
          const times = [before, change, '2026-10-20T00:00:00Z'];
          return [what, change, part(times.map((at) => callOf({ at })))] as const;
        }),
      )('rates that change %s', async (_, change, calls) => {
        const rows = await ask(calls, { rateChanges: ['2026-10-19T23:00:00Z', change] });
        const byRates = rows.map(({ priceKey, invocations }) => [
          new Date(priceKey.ratesFrom).toISOString(),
          invocations,
        ]);
        expect(byRates.sort()).toEqual([
          ['2026-10-01T00:00:00.000Z', 1],
          [new Date(change).toISOString(), 1],
          ['2026-10-19T23:00:00.000Z', 1],
        ]);
      });

      const firstAndLast = part([callOf({ at: OCTOBER.from }), callOf({ at: '2026-10-31T23:59:59Z' })]);

      it('but not by rate changes outside the period or on its edges', async () => {
        const rateChanges = ['2026-09-12T00:00:00Z', OCTOBER.from, OCTOBER.to, '2027-01-01T00:30:00Z'];
        const rows = await ask(firstAndLast, { rateChanges });
        expect(rows.map(({ priceKey, invocations }) => [priceKey.ratesFrom, invocations])).toEqual([
          [Date.parse(OCTOBER.from), 2],
        ]);
      });
    });

    describe('keeps apart', () => {
      const shapesOf = async (calls: Part) =>
        (await ask(calls, {}))
          .map(({ shape, invocations }) => ({
            used: classesUsed(shape).join(' '),
            unstated: unstated(shape).join(' '),
            invocations,
          }))
          .toSorted((a, b) => byCodePoint(JSON.stringify(a), JSON.stringify(b)));

      const otherClasses = part([
        callOf({ input: 1, output: 2 }),
        callOf({ input: 9, output: 0 }),
        callOf({ input: 7, output: 0 }),
        callOf({ input: 1, output: 2, cacheRead: 3, cacheWrite: 5, cacheWrite1h: 2 }),
        callOf({ input: 0, output: 0, cacheWrite: 5, cacheWrite1h: 5 }),
        callOf({ input: 0, output: 0 }),
      ]);

      it('what used other classes of tokens', async () => {
        expect(await shapesOf(otherClasses)).toEqual([
          { used: '', unstated: '', invocations: 1 },
          { used: 'cacheWrite1h', unstated: '', invocations: 1 },
          { used: 'input output cacheRead cacheWrite5m cacheWrite1h', unstated: '', invocations: 1 },
          { used: 'input output', unstated: '', invocations: 1 },
          { used: 'input', unstated: '', invocations: 2 },
        ]);
      });

      const noCounts = part([
        callOf({ input: undefined, output: undefined }),
        callOf({ input: undefined, output: 4 }),
        callOf({ input: 4, output: undefined }),
        callOf({ input: undefined, output: undefined, errorCode: 'ThrottlingException' }),
        callOf({ input: undefined, output: undefined, blocked: true }),
      ]);

      it('what does not state its counts, unless it failed or a guardrail stopped it', async () => {
        expect(await shapesOf(noCounts)).toEqual([
          { used: '', unstated: '', invocations: 2 },
          { used: '', unstated: 'input output', invocations: 1 },
          { used: 'input', unstated: 'output', invocations: 1 },
          { used: 'output', unstated: 'input', invocations: 1 },
        ]);
      });

      const first = callOf({ requestId: 'r', input: undefined, output: undefined, at: '2026-10-14T10:00:01Z' });
      const statedLater = part([first], [{ ...first, input: 5, output: 6, at: '2026-10-14T10:00:03Z' }]);

      it('not what another record of the request states', async () => {
        const rows = await ask(statedLater, {});
        expect(rows.map(({ shape, invocations, input }) => [unstated(shape), invocations, input])).toEqual([
          [[], 1, 5],
        ]);
      });
    });

    describe('cuts time', () => {
      const { part } = shareEngine(makeEngine);
      const partAt = (...times: readonly string[]) => part(times.map((at) => callOf({ at })));

      const aroundTheClockChange = partAt(
        '2026-10-24T21:59:59Z',
        '2026-10-24T22:00:00Z',
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:30:00Z',
        '2026-10-25T22:59:59Z',
        '2026-10-25T23:00:00Z',
      );

      it.each<[dimension: Dimension, timezone: string, expected: Record<string, number>]>([
        ['day', 'UTC', { '2026-10-24': 2, '2026-10-25': 4 }],
        ['day', 'Europe/Berlin', { '2026-10-24': 1, '2026-10-25': 4, '2026-10-26': 1 }],
        ['day', 'Asia/Kolkata', { '2026-10-25': 4, '2026-10-26': 2 }],
        [
          'hour',
          'Europe/Berlin',
          {
            '2026-10-24T23:00+02:00': 1,
            '2026-10-25T00:00+02:00': 1,
            '2026-10-25T02:00+02:00': 1,
            '2026-10-25T02:00+01:00': 1,
            '2026-10-25T23:00+01:00': 1,
            '2026-10-26T00:00+01:00': 1,
          },
        ],
        [
          'hour',
          'Asia/Kolkata',
          {
            '2026-10-25T03:00+05:30': 2,
            '2026-10-25T06:00+05:30': 1,
            '2026-10-25T07:00+05:30': 1,
            '2026-10-26T04:00+05:30': 2,
          },
        ],
        ['week', 'UTC', { '2026-10-19': 6 }],
        ['week', 'Europe/Berlin', { '2026-10-19': 5, '2026-10-26': 1 }],
      ])('into %ss of %s over a clock change', async (by, timezone, expected) => {
        expect(await countsOf(aroundTheClockChange, { by: [by], timezone })).toEqual(expected);
      });

      const atHalfPast = partAt('2026-10-14T18:29:59Z', '2026-10-14T18:30:00Z');

      it('at half past the UTC hour where the timezone does', async () => {
        const asked = { by: ['day', 'hour'] as const, timezone: 'Asia/Kolkata' };
        expect(await countsOf(atHalfPast, asked)).toEqual({
          '2026-10-14|2026-10-14T23:00+05:30': 1,
          '2026-10-15|2026-10-15T00:00+05:30': 1,
        });
      });

      const atMonths = partAt(
        ...['2026-09-30T21:59:59Z', '2026-09-30T22:00:00Z', '2026-10-31T22:59:59Z', '2026-10-31T23:00:00Z'],
      );

      it('into months', async () => {
        const asked = { from: '2026-09-01T00:00:00Z', to: '2026-12-01T00:00:00Z', timezone: 'Europe/Berlin' };
        const answer = await countsOf(atMonths, { ...asked, by: ['month'] });
        expect(answer).toEqual({ '2026-09': 1, '2026-10': 2, '2026-11': 1 });
      });

      it.each([
        [
          'on a day',
          '2026-10-08T00:00:00Z',
          partAt('2026-10-07T23:59:59Z', '2026-10-08T00:00:00Z', '2026-10-14T23:59:59Z'),
        ],
        [
          'in an hour',
          '2026-10-08T10:15:00Z',
          partAt('2026-10-08T10:14:59Z', '2026-10-08T10:15:00Z', '2026-10-14T23:59:59Z'),
        ],
      ])('into two periods to compare, given as cells: cut %s', async (_, cut, { engine, mine }) => {
        const asked = queryOf({ ...OCTOBER, to: '2026-10-15T00:00:00Z', by: ['day', 'model'], where: [mine] });
        const day = [
          { label: 'before', from: asked.from, to: Date.parse(cut) },
          { label: 'after', from: Date.parse(cut), to: asked.to },
        ];
        const { rows } = await (await engine()).usage({ ...asked, buckets: { day } });
        expect(countsFromRows(rows.map((row) => ({ ...row, key: { day: row.key.day as string } })))).toEqual({
          before: 1,
          after: 2,
        });
      });

      it.each(
        [
          ['on the hour', '10:00:00', '12:00:00', '09:59:59', '11:59:59'],
          ['to the second', '10:20:30', '10:20:32', '10:20:29', '10:20:31'],
          ['one second', '10:20:30', '10:20:31', '10:20:29', '10:20:30'],
        ].map(([what, ...times]) => {
          const [from, to, before, last] = times.map((time) => `2026-10-14T${time}Z`) as [
            string,
            string,
            string,
            string,
          ];
          const calls = [...new Set([before, from, last, to])].map((at) => callOf({ at, operation: at }));
          return { what, from, to, last, calls: part(calls) };
        }),
      )('from inclusive, to exclusive: $what', async ({ from, to, last, calls }) => {
        const inside = Object.fromEntries([...new Set([from, last])].map((at) => [at, 1]));
        expect(await countsOf(calls, { from, to, by: ['operation'] })).toEqual(inside);
        expect(Object.values(await countsOf(calls, { from, to, by: ['day'] }))).toEqual([Object.keys(inside).length]);
      });
    });

    describe('filters', () => {
      const calls = part([
        callOf({ caller: CALLERS.ada, metadata: { team: 'a' } }),
        callOf({ caller: CALLERS.ada, metadata: { team: 'b' } }),
        callOf({ caller: CALLERS.ci, metadata: { team: "b'; DROP TABLE records; --" } }),
        callOf({ caller: CALLERS.nobody }),
      ]);

      it.each<[what: string, where: Filter[], expected: Record<string, number>]>([
        ['one value', [{ dimension: 'metadata.team', values: ['a'] }], { 'role/Developer': 1 }],
        ['any of several values', [{ dimension: 'metadata.team', values: ['a', 'b', 'zzz'] }], { 'role/Developer': 2 }],
        ['values that are missing', [{ dimension: 'metadata.team', values: ['(none)'] }], { '(none)': 1 }],
        [
          'missing or one value',
          [{ dimension: 'principal', values: ['(none)', 'user/team/ci'] }],
          { '(none)': 1, 'user/team/ci': 1 },
        ],
        [
          'every dimension named',
          [
            { dimension: 'principal', values: ['role/Developer'] },
            { dimension: 'metadata.team', values: ['b'] },
          ],
          { 'role/Developer': 1 },
        ],
        ['no value there is', [{ dimension: 'model', values: ['nope'] }], {}],
        [
          'values with quotes in them',
          [{ dimension: 'metadata.team', values: ["b'; DROP TABLE records; --"] }],
          { 'user/team/ci': 1 },
        ],
      ])('by %s', async (_, where, expected) => {
        expect(await countsOf(calls, { by: ['principal'], where })).toEqual(expected);
      });

      it('by a dimension that is also asked for, beside a time', async () => {
        const where = [{ dimension: 'session' as const, values: ['ada@example.com'] }];
        expect(await countsOf(calls, { by: ['day', 'session'], where })).toEqual({ '2026-10-14|ada@example.com': 2 });
      });
    });

    describe('by the size of each request', () => {
      const { part, engine, calls: all } = shareEngine(makeEngine);

      const calls = part([
        callOf({ operation: 'small', input: 10, output: 1 }),
        callOf({ operation: 'cached', input: 1, cacheRead: 60_000, cacheWrite: 40_000, output: 5 }),
        callOf({ operation: 'long', input: 150_000, output: 900 }),
        callOf({ operation: 'empty', input: 0, output: 0 }),
      ]);
      const halves = part([
        callOf({ requestId: 'r', input: 600, output: 0 }),
        callOf({ requestId: 'r', input: 0, cacheRead: 600, output: 0 }),
      ]);

      it.each<[what: string, only: RequestSize, expected: string[]]>([
        ['a prompt of at least so much', { promptAtLeast: 100_001 }, ['cached', 'long']],
        ['one token more', { promptAtLeast: 100_002 }, ['long']],
        ['a prompt of at most so much', { promptAtMost: 10 }, ['empty', 'small']],
        ['an answer of at least so much', { outputAtLeast: 900 }, ['long']],
        ['an answer of at most so much', { outputAtMost: 1 }, ['empty', 'small']],
        ['both', { promptAtLeast: 1000, outputAtMost: 5 }, ['cached']],
        ['more than nothing', { promptAtLeast: 1 }, ['cached', 'long', 'small']],
        ['what there is not', { promptAtLeast: 200_000 }, []],
      ])('keeps %s', async (_, only, expected) => {
        const counts = await countsOf(calls, { by: ['operation'], only });
        expect(Object.keys(counts).sort()).toEqual(expected);
      });

      it('counts all in the coverage', async () => {
        const query = queryOf({ ...OCTOBER, only: { promptAtLeast: 100_000 } });
        const { rows, coverage } = await (await engine()).usage(query);
        expect(rows.reduce((sum, { invocations }) => sum + invocations, 0)).toBe(2);
        expect(coverage).toMatchObject({ records: all().length, invocations: all().length - 1, duplicates: 1 });
      });

      it('takes a request as a whole, not its records', async () => {
        expect(await countsOf(halves, { by: ['day'], only: { promptAtLeast: 1200 } })).toEqual({ '2026-10-14': 1 });
        expect(await countsOf(halves, { by: ['day'], only: { promptAtMost: 1199 } })).toEqual({});
      });
    });

    describe('cells', () => {
      const { part } = shareEngine(makeEngine);
      const partAt = (...times: readonly string[]) => part(times.map((at) => callOf({ at })));
      const inFiveMinutes = partAt(
        ...['10:00:00', '10:04:59', '10:05:00', '12:59:59'].map((time) => `2026-10-14T${time}Z`),
      );
      const inTwoDays = partAt('2026-10-14T13:00:00Z', '2026-10-15T01:00:00Z');

      it('of five minutes tell rows apart, beside a time that is asked for', async () => {
        const rows = await ask(inFiveMinutes, { by: ['day'], cellMs: 300_000 });
        const cells = rows.map(({ key, cell, invocations }) => [
          key.day,
          new Date(cell ?? 0).toISOString(),
          invocations,
        ]);
        expect(cells.sort()).toEqual([
          ['2026-10-14', '2026-10-14T10:00:00.000Z', 2],
          ['2026-10-14', '2026-10-14T10:05:00.000Z', 1],
          ['2026-10-14', '2026-10-14T12:55:00.000Z', 1],
        ]);
      });

      it('of a day are counted from the epoch, wherever the period begins', async () => {
        const rows = await ask(inTwoDays, { from: '2026-10-14T12:00:00Z', cellMs: 86_400_000 });
        expect(rows.map(({ cell }) => cell).sort()).toEqual([Date.UTC(2026, 9, 14), Date.UTC(2026, 9, 15)]);
      });
    });

    describe('aliases', () => {
      const calls = part([callOf({ model: MODELS.profile }), callOf({ model: MODELS.sonnet })]);
      const profile = part([callOf({ model: MODELS.profile })]);

      it('resolve a profile to its model, scope, provider, name and tags', async () => {
        const by: Dimension[] = ['model', 'scope', 'provider', 'profile', 'tag.team', 'tag.cost/center~"a.b"'];
        expect(await countsOf(calls, { by, aliases: [PROFILE_ALIAS] })).toEqual({
          'anthropic.claude-haiku-4-5-20251001-v1:0|geo|anthropic|doc-search|search|cc-1300': 1,
          'anthropic.claude-sonnet-4-6|in-region|anthropic|(none)|(none)|(none)': 1,
        });
      });

      it('give the price its model', async () => {
        const rows = await ask(profile, { aliases: [PROFILE_ALIAS] });
        expect(rows.map(({ priceKey }) => [priceKey.model, priceKey.scope])).toEqual([
          ['anthropic.claude-haiku-4-5-20251001-v1:0', 'geo'],
        ]);
      });

      it('without a name leave the profile its id', async () => {
        const aliases = [{ ...PROFILE_ALIAS, name: undefined, tags: {} }];
        expect(await countsOf(profile, { by: ['profile', 'tag.team'], aliases })).toEqual({
          'application-inference-profile/k3v9q2m7x1ab|(none)': 1,
        });
      });

      it('can be filtered by', async () => {
        const where = [
          { dimension: 'tag.team' as const, values: ['search'] },
          { dimension: 'profile' as const, values: ['doc-search'] },
        ];
        expect(await countsOf(calls, { by: ['model'], where, aliases: [PROFILE_ALIAS] })).toEqual({
          'anthropic.claude-haiku-4-5-20251001-v1:0': 1,
        });
      });

      it('of other profiles change nothing', async () => {
        const aliases = [{ ...PROFILE_ALIAS, unresolved: 'application-inference-profile/other' }];
        expect(await countsOf(calls, { by: ['model'], aliases })).toEqual({
          'anthropic.claude-sonnet-4-6': 1,
          'application-inference-profile/k3v9q2m7x1ab': 1,
        });
      });
    });

    describe('records of one request', () => {
      const { part } = shareEngine(makeEngine);
      const zero = { input: 0, output: 0, operation: 'ConverseStream' };
      const stream = callOf({ requestId: 'r', at: '2026-10-14T10:00:05Z', operation: 'ConverseStream' });
      const zeroFirst = part([{ ...stream, ...zero, at: '2026-10-14T10:00:01Z' }], [callOf()], [stream]);

      it('count once: the zero record a stream logs first, in another delivery', async () => {
        const rows = await ask(zeroFirst, { by: ['operation'] });
        expect(rows.map(({ key, invocations, input }) => ({ key, invocations, input }))).toEqual(
          expect.arrayContaining([
            { key: { operation: 'ConverseStream' }, invocations: 1, input: 100 },
            { key: { operation: 'Converse' }, invocations: 1, input: 100 },
          ]),
        );
        expect(rows).toHaveLength(2);
      });

      const differing = part([
        callOf({
          ...{ requestId: 'r', at: '2026-10-14T09:00:00Z', caller: CALLERS.ada },
          ...{ input: 900, output: 1, cacheWrite: 50, cacheWrite1h: 50 },
        }),
        callOf({
          ...{ requestId: 'r', at: '2026-10-15T09:00:00Z', caller: CALLERS.ci },
          ...{ input: 1, output: 1000, errorCode: 'X' },
        }),
        callOf({ requestId: 'r', at: '2026-10-16T09:00:00Z', input: 0, output: 0, cacheRead: 77 }),
      ]);

      it.runIf(sight.differingRepeats)(
        'take the largest of each counter and everything else from the largest record',
        async () => {
          const rows = await ask(differing, { by: ['principal', 'status', 'day'] });
          expect(rows).toEqual([
            {
              key: { principal: 'user/team/ci', status: 'X', day: '2026-10-15' },
              priceKey: expect.anything(),
              invocations: 1,
              shape: 0b1110111,
              errors: 1,
              input: 900,
              output: 1000,
              cacheRead: 77,
              cacheWrite5m: 0,
              cacheWrite1h: 50,
              cacheWriteUnknown: 0,
            },
          ]);
        },
      );

      const largeTogether = part([
        callOf({ requestId: 'r', input: 100_001, output: 0 }),
        callOf({ requestId: 'r', input: 0, output: 0, cacheRead: 100_000 }),
      ]);

      it('have the context band of the merged counters', async () => {
        const [row] = await ask(largeTogether, {});
        expect(row?.priceKey.contextBand).toBe(200_000);
      });

      const equals = part(
        ['2026-10-16T09:00:00Z', '2026-10-14T09:00:00Z', '2026-10-15T09:00:00Z'].map((at) =>
          callOf({ requestId: 'r', at }),
        ),
      );

      it('that are equally large take the time of the earliest', async () => {
        expect(await countsOf(equals, { by: ['day'] })).toEqual({ '2026-10-14': 1 });
      });

      describe('lie where the full record lies:', () => {
        const { part: another, engine } = shareEngine(makeEngine);

        /** Each on a day of its own, told apart by the hour that is asked about. */
        const cases = [
          ['before the period', '09:59:59', '10:00:00', 1] as const,
          ['in the period, the full one after it', '10:59:59', '11:00:00', 0] as const,
          ['in the period, the full one before it', '10:00:00', '09:59:59', 0] as const,
          ['after the period', '11:00:00', '10:59:59', 1] as const,
        ].map(([what, zeroAt, fullAt, expected], index) => {
          const day = `2026-10-1${index}`;
          const full = callOf({ requestId: 'r', at: `${day}T${fullAt}Z` });
          another([full], [{ ...full, ...zero, at: `${day}T${zeroAt}Z` }]);
          return { what, period: { from: `${day}T10:00:00Z`, to: `${day}T11:00:00Z` }, expected };
        });

        it.runIf(sight.differingRepeats).each(cases)('zero record $what', async ({ period, expected }) => {
          const { rows, coverage } = await (await engine()).usage(queryOf({ ...OCTOBER, ...period }));
          expect(rows.map(({ invocations }) => invocations)).toEqual(Array(expected).fill(1));
          expect(coverage.invocations).toBe(expected);
        });
      });

      it('are those of one account and region: the same id elsewhere is another request', async () => {
        const engine = await engineOver([
          [
            callOf({ requestId: 'r' }),
            callOf({ requestId: 'r', region: 'eu-west-1' }),
            callOf({ requestId: 'r', account: '000000000042' }),
            callOf({ requestId: 'r', account: '000000000042', input: 0 }),
          ],
        ]);
        const { rows } = await engine.usage(queryOf({ ...OCTOBER, by: ['account', 'region'] }));
        expect(countsFromRows(rows)).toEqual({
          '111122223333|us-east-1': 1,
          '111122223333|eu-west-1': 1,
          '000000000042|us-east-1': 1,
        });
      });

      const withoutIds = part([callOf({ requestId: '' }), callOf({ requestId: '' }), callOf({ requestId: '' })]);

      it.runIf(sight.missingRequestIds)('without any request id are all requests of their own', async () => {
        expect(await countsOf(withoutIds, { by: ['day'] })).toEqual({ '2026-10-14': 3 });
      });
    });

    describe('coverage', () => {
      const september = callOf({ at: '2026-09-30T23:59:59Z' });
      const twice = callOf({ at: '2026-10-02T08:00:00Z' });
      const last = callOf({ at: '2026-10-31T23:59:59Z' });
      const deliveries: Line[][] = [
        ['Permissions are correctly set for Amazon Bedrock logs.', september, twice],
        [twice, '{"schemaType":"SomethingElse"}', '{"schemaType":"ModelInvocationLog","timestamp":"yesterday"}'],
        [last, { ...twice, input: 0 }, 'not JSON either'],
      ];

      const { engine } = shareEngine(() => makeEngine(deliveries));

      it.runIf(sight.malformed)('counts records, invocations, duplicates and malformed lines', async () => {
        const query = queryOf({ ...OCTOBER, from: '2026-09-01T00:00:00Z' });
        const { coverage } = await (await engine()).usage(query);
        expect(coverage).toEqual({
          files: 3,
          records: 5,
          invocations: 3,
          duplicates: 2,
          malformed: 4,
          malformedReasons: { 'not JSON': 2, 'not a ModelInvocationLog record': 1, 'unreadable timestamp': 1 },
          damagedFiles: [],
          skippedFiles: 0,
          first: Date.parse(september.at),
          last: Date.parse(last.at),
        } satisfies Coverage);
      });

      it.runIf(sight.malformed)('counts records within the period, malformed lines everywhere', async () => {
        const query = queryOf({ ...OCTOBER, to: '2026-10-31T23:59:59Z' });
        const { coverage } = await (await engine()).usage(query);
        expect(coverage).toMatchObject({
          records: 3,
          invocations: 1,
          duplicates: 2,
          malformed: 4,
          first: Date.parse(twice.at),
          last: Date.parse(twice.at),
        });
      });

      it('has no first and last where there is nothing', async () => {
        const engine = await engineOver([[september]]);
        expect((await engine.usage(queryOf(OCTOBER))).coverage).toMatchObject({
          records: 0,
          invocations: 0,
          first: undefined,
          last: undefined,
        });
      });
    });

    testInvocations(makeEngine, sight);

    describe('over a few records', () => {
      const deliveries = [
        [callOf({ metadata: { team: 'a', env: 'x' } }), callOf({ metadata: { team: 'b' } })],
        [callOf({ metadata: { 'cost-center': 'c' } }), callOf({ region: 'eu-west-1' })],
      ];
      const { engine } = shareEngine(() => makeEngine(deliveries));

      it('lists the metadata keys of the source, sorted, each once', async () => {
        expect(await (await engine()).metadataKeys()).toEqual(['cost-center', 'env', 'team']);
      });

      it('rejects a cancelled question with CANCELLED', async () => {
        const asked = await engine();
        const cancelled = asked.usage(queryOf(OCTOBER), { signal: AbortSignal.abort() });
        await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
        const { rows } = await asked.usage(queryOf({ ...OCTOBER, by: ['day'] }));
        expect(countsFromRows(rows)).toEqual({ '2026-10-14': 4 });
      });
    });

    it('answers questions asked at the same time', async () => {
      const engine = await engineOver([[callOf(), callOf({ region: 'eu-west-1' })]]);
      const [byRegion, byModel, range] = await Promise.all([
        engine.usage(queryOf({ ...OCTOBER, by: ['region'] })),
        engine.usage(queryOf({ ...OCTOBER, by: ['model'] })),
        engine.range(),
      ]);
      expect(countsFromRows(byRegion.rows)).toEqual({ 'us-east-1': 1, 'eu-west-1': 1 });
      expect(countsFromRows(byModel.rows)).toEqual({ 'anthropic.claude-sonnet-4-6': 2 });
      expect(byRegion.coverage.invocations).toBe(2);
      const at = Date.parse(callOf().at);
      const moment = sight.moments ? at : at - (at % HOUR_MS);
      expect(range).toMatchObject({ first: moment, last: moment });
    });

    it.runIf(sight.distantRepeats)(
      'agrees with a plain loop over the records, whatever they and the question are',
      { timeout: 60_000 },
      async () => {
        const sample = fc.tuple(DELIVERIES, fc.array(QUESTION, { minLength: 3, maxLength: 3 }));
        await fromSamples(sample, { numRuns: 25 }, async (samples) => {
          const { part, calls, engine: make } = collectParts(makeEngine);
          const asked = samples.map(([deliveries, questions]) => ({ questions, ...part(...deliveries) }));
          const all = merged(calls());
          const engine = await make();
          onTestFinished(() => engine.close());
          const check = async (question: Question, requests: readonly Request[]) => {
            const { rows, coverage } = await engine.usage(queryOf(question));
            expect(sorted(rows)).toEqual(sorted(referenceUsage(requests, question)));
            const { records, invocations } = coverage;
            expect({ records, invocations }).toEqual(referenceCoverage(all, question));
          };
          for (const { questions, calls: own, mine } of asked)
            for (const question of questions)
              await check({ ...question, where: [...question.where, mine] }, merged(own));
          for (const { questions } of asked.slice(0, 2)) for (const question of questions) await check(question, all);
        });
      },
    );
  });
}

// --- questions ---

function momentsOf({ from, to }: Pick<Question, 'from' | 'to'>): { from: number; to: number } {
  return { from: Date.parse(from), to: Date.parse(to) };
}

function queryOf(question: Question): UsageQuery {
  const { by, where, aliases, timezone, only, cellMs } = question;
  const period = momentsOf(question);
  return {
    ...period,
    by,
    where,
    only,
    cellMs,
    buckets: Object.fromEntries(
      by.filter(isTimeDimension).map((dimension) => [dimension, bucketsFromPeriod(dimension, { ...period, timezone })]),
    ),
    rateChanges: question.rateChanges.map((at) => Date.parse(at)),
    aliasesOf: async (unresolved) => aliases.filter((alias) => unresolved.includes(alias.unresolved)),
  };
}

function countsFromRows(rows: readonly UsageRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { key, invocations } of rows) {
    const name = Object.values(key).join('|');
    counts[name] = (counts[name] ?? 0) + invocations;
  }
  return counts;
}

function totalOf(rows: readonly UsageRow[]): UsageCounts {
  const total: UsageCounts = { ...NO_USAGE };
  for (const row of rows) for (const name of Object.keys(total) as (keyof UsageCounts)[]) total[name] += row[name];
  return total;
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function sorted(rows: readonly UsageRow[]): UsageRow[] {
  return rows.toSorted((a, b) => byCodePoint(orderOf(a), orderOf(b)));
}

function orderOf({ key, priceKey, shape, cell }: UsageRow): string {
  return JSON.stringify([cell, shape, Object.entries(key).sort(), Object.entries(priceKey).sort()]);
}

// --- the reference: shares no code with any engine ---

const BANDS = [272_000, 256_000, 200_000, 128_000, 100_000];

function referenceUsage(requests: readonly Request[], question: Question): UsageRow[] {
  const rows = new Map<string, UsageRow>();
  const wanted = ({ dimension, values }: Filter, call: Call) => values.includes(cellOf(dimension, call, question));
  for (const { best, counters } of requests) {
    if (!isInPeriod(best, question) || !question.where.every((filter) => wanted(filter, best))) continue;
    const key = Object.fromEntries(
      question.by.map((dimension) => [dimension, cellOf(dimension, best, question)]),
    ) as UsageRow['key'];
    const prompt = counters.input + counters.cacheRead + counters.cacheWrite;
    const { promptAtLeast = 0, outputAtMost = Number.POSITIVE_INFINITY } = question.only ?? {};
    if (prompt < promptAtLeast || counters.output > outputAtMost) continue;
    const { cellMs } = question;
    const cell = cellMs === undefined ? {} : { cell: Math.floor(Date.parse(best.at) / cellMs) * cellMs };
    const priceKey: PriceKey = {
      model: resolved(best, question).model,
      scope: resolved(best, question).scope,
      region: best.region,
      tier: best.tier,
      contextBand: BANDS.find((band) => prompt > band) ?? 0,
      ratesFrom: ratesFrom(best, question),
    };
    const shape = shapeOf(best, counters);
    const id = JSON.stringify([key, priceKey, cell, shape]);
    const row = rows.get(id) ?? { key, priceKey, shape, ...NO_USAGE };
    rows.set(id, {
      key,
      priceKey,
      shape,
      ...cell,
      invocations: row.invocations + 1,
      errors: row.errors + (best.errorCode === undefined ? 0 : 1),
      input: row.input + counters.input,
      output: row.output + counters.output,
      cacheRead: row.cacheRead + counters.cacheRead,
      cacheWrite5m: row.cacheWrite5m + counters.cacheWrite - counters.cacheWrite1h,
      cacheWrite1h: row.cacheWrite1h + counters.cacheWrite1h,
      cacheWriteUnknown: row.cacheWriteUnknown + counters.cacheWrite - counters.cacheWriteKnown,
    });
  }
  return [...rows.values()];
}

const NO_USAGE = {
  invocations: 0,
  errors: 0,
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheWriteUnknown: 0,
};

function referenceCoverage(
  requests: readonly Request[],
  question: Question,
): Pick<Coverage, 'records' | 'invocations'> {
  const inside = requests.filter(({ best }) => isInPeriod(best, question));
  return { records: inside.reduce((sum, { records }) => sum + records, 0), invocations: inside.length };
}

type Request = ReturnType<typeof merged>[number];

/** Each request once, with the largest of each counter. */
function merged(calls: readonly Call[]) {
  const requests = Map.groupBy(calls, ({ account, region, requestId }) => `${account} ${region} ${requestId}`);
  return [...requests.values()].map((records) => {
    const largest = (count: (call: Call) => number | undefined) => Math.max(...records.map((call) => count(call) ?? 0));
    const isStated = (name: 'input' | 'output') => records.some((call) => call[name] !== undefined);
    const [best] = records.toSorted((a, b) => tokensOf(b) - tokensOf(a) || Date.parse(a.at) - Date.parse(b.at));
    return {
      best: best as Call,
      records: records.length,
      counters: {
        input: largest((call) => call.input),
        output: largest((call) => call.output),
        cacheRead: largest((call) => call.cacheRead),
        cacheWrite: largest((call) => call.cacheWrite),
        cacheWrite1h: largest((call) => call.cacheWrite1h ?? 0),
        cacheWriteKnown: largest((call) => (call.cacheWrite1h === undefined ? 0 : call.cacheWrite)),
        stated: { input: isStated('input'), output: isStated('output') },
      },
    };
  });
}

/** Written down apart from SHAPE_BITS: which class or count is which bit is a contract with what ledgers hold. */
function shapeOf({ errorCode, blocked }: Call, counters: Request['counters']): number {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h, stated } = counters;
  const bits = [input, output, cacheRead, cacheWrite - cacheWrite1h, cacheWrite1h].map((count) => count > 0);
  const isTold = stated.input && stated.output && bits.includes(true);
  const ended = (errorCode !== undefined || blocked) && !isTold;
  return [...bits, stated.input, stated.output, ended].reduce((sum, bit, at) => sum + (bit ? 2 ** at : 0), 0);
}

function tokensOf({ input = 0, output = 0, cacheRead, cacheWrite }: Call): number {
  return input + output + cacheRead + cacheWrite;
}

function isInPeriod(call: Call, { from, to }: Question): boolean {
  const at = Date.parse(call.at);
  return Date.parse(from) <= at && at < Date.parse(to);
}

function ratesFrom(call: Call, { from, to, rateChanges }: Question): number {
  const at = Date.parse(call.at);
  const inside = rateChanges.map((change) => Date.parse(change)).filter((change) => change < Date.parse(to));
  return Math.max(Date.parse(from), ...inside.filter((change) => change <= at));
}

/** The only alias that random questions use is PROFILE_ALIAS. */
function resolved({ model }: Call, { aliases }: Question) {
  if (aliases.length === 0 || model.profile === undefined) return { ...model, tags: {} };
  return {
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    scope: 'geo' as const,
    provider: 'anthropic',
    profile: 'doc-search',
    tags: PROFILE_ALIAS.tags,
  };
}

function cellOf(dimension: Dimension, call: Call, question: Question): string {
  return rawCellOf(dimension, call, question) || '(none)';
}

function rawCellOf(dimension: Dimension, call: Call, question: Question): string | undefined {
  if (dimension.startsWith('metadata.')) return call.metadata[dimension.slice('metadata.'.length)];
  const { model, scope, provider, profile, tags } = resolved(call, question);
  if (dimension.startsWith('tag.')) return (tags as Record<string, string>)[dimension.slice('tag.'.length)];
  const { date, hour, monday } = localTime(call, question.timezone);
  const values: Record<string, string | undefined> = {
    ...{ model, scope, provider, profile, hour, day: date, week: monday, month: date.slice(0, 7) },
    ...{ region: call.region, inference_region: call.inferenceRegion, account: call.account, tier: call.tier },
    ...{ principal: call.caller.principal, session: call.caller.session, caller: call.caller.arn },
    operation: call.operation,
    status: call.errorCode ?? (call.blocked ? 'blocked' : 'ok'),
    stop_reason: call.blocked ? 'guardrail_intervened' : call.stopReason,
  };
  return values[dimension];
}

function localTime({ at }: Call, timezone: string): { date: string; hour: string; monday: string } {
  const format = formatIn(timezone);
  const parts = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const date = `${parts['year']}-${parts['month']}-${parts['day']}`;
  const offset = timezone === 'UTC' ? 'Z' : parts['timeZoneName']?.replace('GMT', '');
  const noon = new Date(`${date}T12:00:00Z`);
  const monday = new Date(noon.getTime() - ((noon.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
  return { date, hour: `${date}T${parts['hour']}:00${offset}`, monday };
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const format =
    FORMATS.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      ...({ timeZone, hourCycle: 'h23', timeZoneName: 'longOffset' } as const),
      ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' } as const),
    });
  FORMATS.set(timeZone, format);
  return format;
}

// --- random records and questions, crowded so that they meet ---

const SECONDS = fc.integer({ min: 0, max: 3 * 86_400 });

/** A second within the three days around the change to winter time in Europe. */
function momentFrom(second: number): string {
  return new Date(Date.parse('2026-10-24T00:00:00Z') + second * 1000).toISOString().replace('.000', '');
}

const KEYS = ['team', 'a.b', 'a/b', 'a~b', 'say "hi"'];

const COUNT = fc.oneof(
  { arbitrary: fc.constant(0), weight: 2 },
  { arbitrary: fc.integer({ min: 0, max: 300 }), weight: 2 },
  { arbitrary: fc.constantFrom(99_999, 100_000, 100_001, 128_000, 200_001, 272_000, 272_001), weight: 1 },
);

/** Times differ: of equally large records at the same second, either may lend its fields. */
const CALLS: fc.Arbitrary<Call[]> = fc
  .uniqueArray(SECONDS, { minLength: 1, maxLength: 40 })
  .chain((seconds) =>
    fc.tuple(
      ...seconds.map((second) =>
        fc.record({
          requestId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9'),
          at: fc.constant(momentFrom(second)),
          account: fc.constantFrom('111122223333', '000000000042'),
          region: fc.constantFrom('us-east-1', 'eu-west-1'),
          inferenceRegion: fc.constantFrom(undefined, 'us-west-2'),
          operation: fc.constantFrom('Converse', 'ConverseStream'),
          model: fc.constantFrom(...Object.values(MODELS)),
          caller: fc.constantFrom(...Object.values(CALLERS)),
          input: fc.option(COUNT, { nil: undefined, freq: 5 }),
          output: fc.option(COUNT, { nil: undefined, freq: 5 }),
          cacheRead: COUNT,
          cacheWrite: COUNT,
          cacheWrite1h: fc.constantFrom(undefined, 0, 1, 99),
          tier: fc.constantFrom(undefined, 'flex'),
          errorCode: fc.constantFrom(undefined, undefined, 'ThrottlingException'),
          blocked: fc.boolean(),
          stopReason: fc.constantFrom(undefined, 'end_turn', 'max_tokens'),
          latencyMs: fc.constantFrom(undefined, 900),
          firstByteMs: fc.constant(40),
          metadata: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('', 'a', "o'b"), { maxKeys: 2 }),
        }),
      ),
    ),
  )
  .map((calls) => calls.map(withWrites));

/** The one-hour part of the cache writes is never more than all of them. */
function withWrites(call: Call): Call {
  const { cacheWrite, cacheWrite1h } = call;
  return { ...call, cacheWrite1h: cacheWrite1h === undefined ? undefined : Math.min(cacheWrite1h, cacheWrite) };
}

const DELIVERIES: fc.Arbitrary<Call[][]> = fc
  .tuple(CALLS, fc.integer({ min: 1, max: 4 }))
  .map(([calls, files]) =>
    Array.from({ length: files }, (_, file) => calls.filter((_call, index) => index % files === file)),
  );

const DIMENSION: fc.Arbitrary<Dimension> = fc.constantFrom<Dimension>(
  ...(['day', 'hour', 'week', 'month', 'model', 'scope', 'provider', 'region', 'inference_region'] as const),
  ...(['account', 'principal', 'session', 'caller', 'operation', 'profile', 'tier', 'status', 'stop_reason'] as const),
  ...KEYS.map((key) => `metadata.${key}` as const),
  'tag.team',
);

const FILTER: fc.Arbitrary<Filter> = fc.constantFrom<Filter>(
  { dimension: 'model', values: ['anthropic.claude-sonnet-4-6', 'anthropic.claude-haiku-4-5-20251001-v1:0'] },
  { dimension: 'principal', values: ['role/Developer', '(none)'] },
  { dimension: 'metadata.a/b', values: ['a', '(none)'] },
  { dimension: 'metadata.team', values: ["o'b"] },
  { dimension: 'tag.team', values: ['(none)'] },
  { dimension: 'status', values: ['ok', 'ThrottlingException'] },
);

const QUESTION: fc.Arbitrary<Question> = fc
  .record({
    edges: fc.oneof(
      fc.uniqueArray(SECONDS, { minLength: 2, maxLength: 2 }),
      fc.constantFrom([0, 3 * 86_400], [3600, 86_400], [5400, 90_000]),
    ),
    by: fc.uniqueArray(DIMENSION, { maxLength: 3 }),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns'),
    where: fc.uniqueArray(FILTER, { maxLength: 2, selector: ({ dimension }) => dimension }),
    rateChanges: fc.array(SECONDS.map(momentFrom), { maxLength: 2 }),
    aliases: fc.constantFrom([], [PROFILE_ALIAS]),
    only: fc.constantFrom({}, { promptAtLeast: 100_000 }, { promptAtLeast: 1, outputAtMost: 200 }),
    cellMs: fc.constantFrom(undefined, 300_000, 3_600_000, 7000),
  })
  .map(({ edges, ...question }) => {
    const [from, to] = edges.toSorted((a, b) => a - b) as [number, number];
    return { ...question, from: momentFrom(from), to: momentFrom(to) };
  });
