import { describe, expect, it } from 'vitest';
import { groupOf } from '../../test/helpers/groups.ts';
import type { Filter } from '../domain/dimension.ts';
import { SpendError } from '../domain/errors.ts';
import { DAY_MS } from '../domain/period.ts';
import { type Coverage, type Engine, everything, type UsageQuery } from '../engines/engine.ts';
import { StillRunning } from '../engines/queries.ts';
import { NOTHING } from '../engines/scans/scan-result.ts';
import { createScanningEngine } from '../engines/scans/scanning.ts';
import { limitedEngine } from './limited-engine.ts';
import { pseudonymisedEngine } from './pseudonymised-engine.ts';
import { createPseudonyms, PERSONAL_DIMENSIONS } from './pseudonyms.ts';
import { intersection, restrictedEngine } from './restricted-engine.ts';

const KEY = 'a-secret-of-at-least-32-characters';
const PEOPLE = ['ann', 'bob', 'cat'];
const ask = (change: Partial<UsageQuery> = {}): UsageQuery => ({
  ...everything({ from: 0, to: 10 * DAY_MS }),
  ...change,
});
const only = (...values: string[]): Filter[] => [{ dimension: 'session', values }];

/** A source that is scanned, where each of the people called ten times; and how often it was. */
function makeEngine(damaged: Partial<Coverage> = {}) {
  const seen = { scans: 0, questions: [] as UsageQuery[] };
  const scanning = createScanningEngine({
    name: 'test',
    source: 'cloudwatch:/aws/bedrock?role=arn:aws:iam::111122223333:role/reader',
    async find({ from }) {
      seen.scans++;
      return {
        ...NOTHING,
        groups: PEOPLE.map((person) => {
          const counts = { ...groupOf().counts, invocations: 10, input: 5, output: 5 };
          return groupOf(
            { at: from, counts, records: 20, first: from, last: from },
            {
              identityArn: `arn:aws:sts::111122223333:assumed-role/Developer/${person}`,
              metadata: { team: person === 'ann' ? 'search' : 'ads' },
            },
          );
        }),
      };
    },
    quote: async () => ({ bytes: 7, usd: '1', seconds: undefined, notes: ['in account 111122223333'] }),
    requests: () => Promise.reject(new Error('single requests are not asked for here')),
    notes: async () => ['role arn:aws:iam::111122223333:role/reader read it'],
    range: async () => ({ first: 5, last: DAY_MS + 7 }),
    metadataKeys: async () => ['project', 'team'],
    close: async () => {},
    now: () => 100 * DAY_MS,
  });
  const engine: Engine = {
    ...scanning,
    async usage(query, work) {
      seen.questions.push(query);
      const { rows, coverage } = await scanning.usage(query, work);
      return { rows, coverage: { ...coverage, ...damaged } };
    },
  };
  return { engine, seen };
}

/** Fails when anything of it is used. */
const UNTOUCHABLE = new Proxy({ name: 'test', source: 'test:', rangeReadsLogs: false, sumsOnly: false } as Engine, {
  get(known, name) {
    if (Object.hasOwn(known, name)) return known[name as keyof Engine];
    throw new Error(`the engine was asked for ${String(name)}`);
  },
});

describe('a restricted engine', () => {
  it('answers with what its filters keep, whatever is asked', async () => {
    const { engine } = makeEngine();
    const mine = restrictedEngine(engine, only('ann'));
    for (const where of [
      [],
      only('ann', 'bob'),
      [{ dimension: 'metadata.team', values: ['search', 'ads'] } as const],
    ]) {
      const { rows } = await mine.usage(ask({ by: ['session'], where }));
      expect(rows.map(({ key }) => key)).toEqual([{ session: 'ann' }]);
    }
  });

  it('does not ask the source where no value is left', async () => {
    const mine = restrictedEngine(UNTOUCHABLE, only('ann'));
    expect(await mine.usage(ask({ by: ['session'], where: only('bob') }))).toMatchObject({ rows: [] });
    expect(await mine.quote(ask({ where: only('bob') }))).toMatchObject({ bytes: 0, usd: '0' });
  });

  it('tells nothing of the size of the rest, of its files, last moment, keys, accounts and roles', async () => {
    const damagedFiles = [{ path: 'AWSLogs/111122223333/x.json.gz', reason: 'truncated' }];
    const { engine } = makeEngine({ files: 9, malformed: 3, damagedFiles });
    const mine = restrictedEngine(engine, only('ann'));
    const { coverage } = await mine.usage(ask());
    expect(coverage).toEqual({
      source: 'cloudwatch:/aws/bedrock',
      files: 0,
      records: 10,
      invocations: 10,
      duplicates: 0,
      malformed: 0,
      malformedReasons: {},
      damagedFiles: [],
      skippedFiles: 0,
      first: undefined,
      last: undefined,
      notes: [
        'The server’s policy shows you session=ann alone; numbers and coverage are of that.',
        expect.stringContaining('may be low'),
      ],
    });
    expect(await mine.range()).toEqual({ first: 0, last: 2 * DAY_MS - 1 });
    expect(await mine.metadataKeys()).toEqual([]);
    expect(await restrictedEngine(engine, [{ dimension: 'metadata.team', values: ['a'] }]).metadataKeys()).toEqual([
      'team',
    ]);
    expect(mine.source).toBe('cloudwatch:/aws/bedrock');
  });

  it('tells progress in per cent', async () => {
    const heard: object[] = [];
    const engine: Engine = {
      ...makeEngine().engine,
      async range({ onProgress } = {}) {
        onProgress?.({ done: 3_000, total: 4_000, message: 'AWSLogs/111122223333/x.json.gz' });
        return { first: undefined, last: undefined };
      },
    };
    await restrictedEngine(engine, only('ann')).range({ onProgress: (progress) => heard.push(progress) });
    expect(heard).toEqual([{ done: 75, total: 100, message: 'reading logs' }]);
  });
});

describe('what one client’s scan found', () => {
  it('is kept for the next, who still sees no more than is theirs', async () => {
    const { engine, seen } = makeEngine();
    const sees = async (one: Engine) => (await one.usage(ask({ by: ['session'] }))).rows.map(({ key }) => key.session);
    expect(await sees(engine)).toEqual(PEOPLE);
    expect(await sees(restrictedEngine(engine, only('ann')))).toEqual(['ann']);
    expect(await sees(restrictedEngine(engine, only('bob', 'cat')))).toEqual(['bob', 'cat']);
    expect(await sees(engine)).toEqual(PEOPLE);
    expect(seen.scans).toBe(1);
  });
});

describe('two sets of filters', () => {
  it('meet in the values of both', () => {
    expect(intersection(only('a', 'b'), only('b', 'c'))).toEqual(only('b'));
    expect(intersection(only('a'), [])).toEqual(only('a'));
    expect(intersection(only('a'), [...only('b'), ...only('a')])).toBeUndefined();
    expect(intersection(only('a'), [{ dimension: 'account', values: ['1'] }])).toEqual([
      ...only('a'),
      { dimension: 'account', values: ['1'] },
    ]);
  });
});

describe('pseudonyms', () => {
  const pseudonyms = createPseudonyms(KEY, [...PERSONAL_DIMENSIONS, 'metadata.team']);
  const hidden = (engine: Engine) => pseudonymisedEngine(engine, pseudonyms);
  const keys = async (engine: Engine, change: Partial<UsageQuery>) =>
    (await engine.usage(ask(change))).rows.map(({ key }) => key);

  it('are the same for a value under one key, others under another, and tell kinds apart', () => {
    expect(pseudonyms.of('session', 'ann')).toMatch(/^person-[0-9a-hjkmnp-tv-z]{8}$/);
    expect(createPseudonyms(KEY, []).of('session', 'ann')).toBe(pseudonyms.of('session', 'ann'));
    expect(createPseudonyms(`${KEY}!`, []).of('session', 'ann')).not.toBe(pseudonyms.of('session', 'ann'));
    expect(pseudonyms.of('principal', 'ann').slice(-8)).not.toBe(pseudonyms.of('session', 'ann').slice(-8));
    expect(pseudonyms.of('session', '(none)')).toBe('(none)');
    const many = new Set(Array.from({ length: 20_000 }, (_, index) => pseudonyms.of('session', `p${index}`)));
    expect(many.size).toBe(20_000);
  });

  it('stand for every value that names somebody, and are understood in filters', async () => {
    const engine = hidden(makeEngine().engine);
    const all = await keys(engine, { by: ['session', 'account', 'model', 'metadata.team'] });
    expect(JSON.stringify(all)).not.toMatch(/ann|bob|cat|111122223333|search|ads/);
    expect(all.map(({ model }) => model)).toEqual(Array(3).fill('amazon.nova-lite-v1:0'));
    const ann = pseudonyms.of('session', 'ann');
    expect(all.map(({ session }) => session)).toContain(ann);
    expect(await keys(engine, { by: ['session'], where: only(ann) })).toEqual([{ session: ann }]);
    expect(await keys(engine, { by: ['model'], where: only(ann) })).toEqual([{ model: 'amazon.nova-lite-v1:0' }]);
  });

  it('cannot be found out by guessing names', async () => {
    expect(await keys(hidden(makeEngine().engine), { by: ['session'], where: only('ann') })).toEqual([]);
  });

  it('go over a policy’s filters, which are in real names', async () => {
    const engine = hidden(restrictedEngine(makeEngine().engine, only('ann', 'bob')));
    const seen = await keys(engine, { by: ['session'] });
    expect(seen).toEqual(['ann', 'bob'].map((person) => ({ session: pseudonyms.of('session', person) })));
  });

  const DELIVERED = '2026/10/01/00/20261001T000000000Z_0a1b2c3d4e5f6071.json.gz';
  const NAMED = /\bann\b|111122223333|reader|dana|secret/;

  it('are in notes, paths, reasons and quotes', async () => {
    const damagedFiles = [
      { path: `AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/${DELIVERED}`, reason: 'truncated' },
      {
        path: 'ann smith/secret.json',
        reason: "EACCES: permission denied, open '/home/ann smith/AWSLogs/111122223333/x.json.gz'",
      },
      { path: 'dana', reason: 'it cannot be read now (EACCES)' },
    ];
    const notes = [
      '2 files are no logs, since no line is an invocation record: dana.json, "ann smith.json", of/ann/x.log.',
      'cloudwatch:/dana/logs in us-east-1 as role/reader keeps no logs of this period.',
      's3://logs/AWSLogs/111122223333?region=us-east-1&role=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader was asked by dana@example.com.',
      'See https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html.',
    ];
    const engine = hidden(makeEngine({ damagedFiles, notes, source: '/home/ann/secret' }).engine);
    const { coverage } = await engine.usage(ask());
    expect(JSON.stringify([coverage, await engine.quote(ask()), engine.source])).not.toMatch(NAMED);
    const account = pseudonyms.of('account', '111122223333');
    expect(coverage.damagedFiles).toMatchObject([
      { path: `AWSLogs/${account}/BedrockModelInvocationLogs/us-east-1/${DELIVERED}`, reason: 'truncated' },
      {
        path: expect.stringMatching(/^path-\w{8}$/),
        reason: expect.stringMatching(/^EACCES: permission denied, open '.*AWSLogs.account-/),
      },
      { reason: 'it cannot be read now (EACCES)' },
    ]);
    expect(coverage.notes?.[1]).toMatch(/^path-\w{8} in us-east-1 as path-\w{8} keeps no logs of this period\.$/);
    expect(coverage.notes?.[3]).toBe(notes[3]);
  });

  it('are in what a policy’s rule says of itself', async () => {
    const filters: Filter[] = [
      { dimension: 'caller', values: ['arn:aws:iam::111122223333:user/dana'] },
      ...only('ann', 'dana@example.com'),
      { dimension: 'metadata.project', values: ['a/b'] },
    ];
    const rights = { rule: 'own', sees: filters, pseudonyms, tools: undefined };
    const { coverage } = await limitedEngine(makeEngine().engine, rights).usage(ask());
    expect(JSON.stringify(coverage)).not.toMatch(NAMED);
    const { of } = pseudonyms;
    expect(coverage.notes?.[0]).toBe(
      `The server’s policy shows you caller=${of('caller', 'arn:aws:iam::111122223333:user/dana')} and session=${of('session', 'ann')} or ${of('session', 'dana@example.com')} and metadata.project=a/b alone; numbers and coverage are of that.`,
    );
  });

  it('are in errors, whatever is asked, and in the log is what it was', async () => {
    const text =
      'There is no Bedrock invocation record in /home/ann/logs?role=x: 1 file damaged (AWSLogs/111122223333/secret.gz: EACCES). arn:aws:iam::111122223333:role/reader may not.';
    const fail = () => Promise.reject(new SpendError('NO_RECORDS', text));
    const broken: Engine = { ...makeEngine().engine, ...{ usage: fail, invocations: fail, quote: fail, range: fail } };
    const engine = hidden({ ...broken, metadataKeys: fail });
    const single = { ...ask(), prices: [], limit: 1, unpricedLimit: 1 };
    const asked = [
      engine.usage(ask()),
      engine.invocations(single),
      engine.invocations({ ...single, where: only('person-00000000') }),
      engine.quote(ask()),
      engine.range(),
      engine.metadataKeys(),
    ];
    for (const answer of asked) {
      const error = (await answer.catch((failed) => failed)) as SpendError;
      expect(error.code).toBe('NO_RECORDS');
      expect(error.message).not.toMatch(NAMED);
      expect(error.stack).toContain('/home/ann/logs');
    }
    // What more an error is, is kept where there is nothing to hide.
    const still = new StillRunning();
    await expect(hidden({ ...broken, range: () => Promise.reject(still) }).range()).rejects.toBe(still);
  });
});
