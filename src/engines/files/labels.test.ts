/** What callers choose differently for nearly every request: trace ids in the metadata, sessions. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Call,
  callOf,
  type KnownCaller,
  type Line,
  temporaryFolder,
  writeFiles,
} from '../../../test/helpers/log-files.ts';
import type { Dimension, Filter } from '../../domain/dimension.ts';
import { everything } from '../engine.ts';
import { createFilesEngine } from './index.ts';
import { createLabels, NO_LABELS } from './labels.ts';

const OCTOBER = { from: Date.parse('2026-10-01T00:00:00Z'), to: Date.parse('2026-11-01T00:00:00Z') };
const TEAMS = ['search', 'support', 'payments'];
const MANY = 3_000;

const inSession = (index: number): KnownCaller => ({
  arn: `arn:aws:sts::111122223333:assumed-role/App/run-${index}`,
  principal: 'role/App',
  session: `run-${index}`,
});

/** A request of its own trace. */
const traced = (index: number, more: Partial<Call> = {}): Call =>
  callOf({
    requestId: `r-${index}`,
    input: index + 1,
    metadata: { team: TEAMS[index % TEAMS.length] as string, trace: `t/${index}~"é` },
    ...more,
  });

const many = (make: (index: number) => Call): Call[] => Array.from({ length: MANY }, (_, index) => make(index));

async function places() {
  const folder = await temporaryFolder();
  return { source: join(folder, 'logs'), ledger: join(folder, 'ledger.duckdb') };
}

type Places = Awaited<ReturnType<typeof places>>;

async function open(options: Places, files: Record<string, readonly Line[]> = {}) {
  await writeFiles(options.source, files);
  const engine = await createFilesEngine(options);
  onTestFinished(() => engine.close());
  const ask = async (by: Dimension[], where: Filter[] = [], period = OCTOBER) => {
    const { rows } = await engine.usage({ ...everything(period), by, where });
    return rows.map(({ key, invocations, input }) => [...by.map((dimension) => key[dimension]), invocations, input]);
  };
  const largest = async (where: Filter[]) => {
    const query = {
      ...OCTOBER,
      where,
      rateChanges: [],
      limit: 5,
      unpricedLimit: 5,
      prices: [],
      aliasesOf: async () => [],
    };
    return (await engine.invocations(query)).unpriced.map(({ attributes }) => attributes);
  };
  return { engine, ask, largest };
}

/** Rows of the ledger's tables, once the engine has let it go. */
async function sizes(options: Places): Promise<Record<string, number>> {
  const instance = await DuckDBInstance.create(options.ledger);
  try {
    const connection = await instance.connect();
    const counts = ['records', 'merged', 'attributes', 'hours', 'days'].map(async (table) => {
      const [row] = (await connection.runAndReadAll(`SELECT count(*) AS count FROM ${table}`)).getRowObjects();
      return [table, Number(row?.['count'])];
    });
    return Object.fromEntries(await Promise.all(counts));
  } finally {
    instance.closeSync();
  }
}

const sumOf = (of: (index: number) => boolean) =>
  Array.from({ length: MANY }, (_, index) => index)
    .filter(of)
    .reduce((sum, index) => sum + index + 1, 0);

describe('metadata with a value of its own in each record', () => {
  it('is told as before, by value and of single requests, and the sums are short', async () => {
    const options = await places();
    const { engine, ask, largest } = await open(options, { 'a.json': many(traced) });
    expect((await ask(['metadata.team'])).sort()).toEqual(
      TEAMS.map((team, at) => [team, MANY / 3, sumOf((index) => index % 3 === at)]).sort(),
    );
    const trace = { dimension: 'metadata.trace', values: ['t/2900~"é', 't/7~"é', 'none of them'] } as const;
    expect((await ask(['metadata.trace', 'metadata.team'], [trace])).sort()).toEqual([
      ['t/2900~"é', 'payments', 1, 2901],
      ['t/7~"é', 'support', 1, 8],
    ]);
    expect(await ask(['metadata.trace'])).toHaveLength(MANY);
    expect((await largest([{ ...trace, values: ['t/2900~"é'] }])).map(({ metadata }) => metadata)).toEqual([
      { team: 'payments', trace: 't/2900~"é' },
    ]);
    expect(await engine.metadataKeys()).toEqual(['team', 'trace']);
    await engine.close();
    const { attributes, days, records } = await sizes(options);
    expect([records, (attributes as number) < 1_200, (days as number) < 1_200]).toEqual([MANY, true, true]);
  });

  it('is found out over many small readings, too', async () => {
    const options = await places();
    const parts = Array.from({ length: 6 }, (_, part) => many(traced).slice(part * 500, part * 500 + 500));
    for (const [part, calls] of parts.entries()) {
      const { engine, ask } = await open(options, { [`${part}.json`]: calls });
      expect(await ask(['metadata.trace'])).toHaveLength((part + 1) * 500);
      await engine.close();
    }
    expect((await sizes(options))['attributes']).toBeLessThan(1_600);
  });

  it('stays what its record says where others repeat the request', async () => {
    const options = await places();
    const again = many((index) => traced(index, { input: (index + 1) * 2, metadata: { trace: `later-${index}` } }));
    const { ask } = await open(options, { 'a.json': many(traced), 'b.json': again.slice(2_000) });
    const of = (...values: string[]) => ask(['metadata.trace'], [{ dimension: 'metadata.trace', values }]);
    expect(await of('t/2500~"é', 'later-2500')).toEqual([['later-2500', 1, 5002]]);
    expect(await ask([])).toEqual([[MANY, sumOf(() => true) + sumOf((index) => index >= 2_000)]]);
  });

  it('is forgotten with its files, as a key as well', async () => {
    const options = await places();
    const { engine } = await open(options, { 'a.json': many(traced), 'b.json': [callOf({ metadata: { team: 'x' } })] });
    expect(await engine.metadataKeys()).toEqual(['team', 'trace']);
    await engine.close();
    await rm(join(options.source, 'a.json'));
    const { engine: after, ask } = await open(options);
    expect(await ask(['metadata.trace'])).toEqual([['(none)', 1, 100]]);
    expect(await after.metadataKeys()).toEqual(['team']);
  });
});

it('a session of its own in each record is told as before, and the sums are by principal', async () => {
  const options = await places();
  const { engine, ask, largest } = await open(options, {
    'a.json': [...many((index) => traced(index, { caller: inSession(index) })), callOf({ input: 5 })],
  });
  expect((await ask(['principal'])).sort()).toEqual([
    ['role/App', MANY, sumOf(() => true)],
    ['role/Developer', 1, 5],
  ]);
  for (const dimension of ['session', 'caller'] as const) {
    const value = inSession(2_999)[dimension === 'session' ? 'session' : 'arn'] as string;
    const ada =
      dimension === 'session' ? 'ada@example.com' : 'arn:aws:sts::111122223333:assumed-role/Developer/ada@example.com';
    const where = [{ dimension, values: [value, ada] }];
    expect((await ask([dimension, 'principal'], where)).sort()).toEqual(
      [
        [value, 'role/App', 1, 3_000],
        [ada, 'role/Developer', 1, 5],
      ].sort(),
    );
    expect(await largest([{ dimension, values: [value] }])).toMatchObject([
      { caller: inSession(2_999).arn, session: 'run-2999', principal: 'role/App', metadata: { trace: 't/2999~"é' } },
    ]);
  }
  await engine.close();
  expect((await sizes(options))['days']).toBeLessThan(1_300);
});

describe('labels', () => {
  const see = (labels: ReturnType<typeof createLabels>, values: readonly string[], key = 'k') => {
    for (const value of values) {
      labels.count();
      labels.see({ identityArn: undefined, metadata: { [key]: value } });
    }
  };
  const texts = (count: number, prefix = '') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

  it('are scattered once they have many values, and many for the records', () => {
    const [few, many, users] = [createLabels(NO_LABELS), createLabels(NO_LABELS), createLabels(NO_LABELS)];
    see(few, texts(1_000));
    see(many, texts(1_001));
    for (let round = 0; round < 5; round++) see(users, texts(4_000).slice(0, round === 0 ? 900 : 4_000));
    expect([few, many].map((labels) => labels.isScattered('metadata.k'))).toEqual([false, true]);
    expect(many.take()).toEqual({ values: [], scattered: ['metadata.k'] });
    expect(few.take()).toEqual({ values: [['metadata.k', 1_000]], scattered: [] });
    expect(few.take()).toEqual({ values: [], scattered: [] });
  });

  it('go on from what is known', () => {
    const values = new Map([['metadata.k', 990]] as const);
    const [busy, quiet] = [
      createLabels({ ...NO_LABELS, records: 1_000_000, values }),
      createLabels({ ...NO_LABELS, values }),
    ];
    for (const labels of [busy, quiet]) see(labels, texts(11, 'new-'));
    expect([busy, quiet].map((labels) => labels.isScattered('metadata.k'))).toEqual([false, true]);
  });

  it('that are too many are scattered themselves', () => {
    const labels = createLabels(NO_LABELS);
    for (const key of texts(150, 'key-')) see(labels, ['x'], key);
    expect(labels.take().scattered).toHaveLength(50);
    see(labels, ['y'], 'key-3');
    expect(labels.isScattered('metadata.key-3')).toBe(false);
  });
});
