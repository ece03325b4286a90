import { describe, expect, it } from 'vitest';
import { SpendError } from '../../domain/errors.ts';
import { attributesFrom } from '../../logs/attributes.ts';
import { type Engine, everything, type InvocationRow, type InvocationsQuery } from '../engine.ts';
import { createMetricsEngine } from '../metrics/index.ts';
import { uniteEngines } from './union.ts';

const PERIOD = { from: 0, to: 10 };
const COVERAGE = { files: 1, records: 1, invocations: 1, duplicates: 0, malformed: 0, skippedFiles: 0 };

const QUERY: InvocationsQuery = { ...everything(PERIOD), prices: [], limit: 2, unpricedLimit: 1 };

function rowOf(requestId: string, known: bigint | undefined): InvocationRow {
  const logged = {
    accountId: '1',
    region: 'r',
    operation: 'Converse',
    modelId: 'acme.a',
    metadata: {},
    blocked: false,
  };
  const untold = { inferenceRegion: undefined, identityArn: undefined, errorCode: undefined, tier: undefined };
  const counts = { invocations: 1, errors: 0, input: 5, output: 0, cacheRead: 0 };
  return {
    ...{ at: 1, requestId, tags: {}, latencyMs: undefined, firstByteMs: undefined, shape: 0b1100001 },
    ...{ weight: known ?? 0n, whole: known !== undefined },
    attributes: attributesFrom({ ...logged, ...untold, stopReason: undefined }),
    priceKey: { model: 'acme.a', scope: 'in-region', region: 'r', tier: undefined, contextBand: 0, ratesFrom: 0 },
    counts: { ...counts, cacheWrite5m: 0, cacheWrite1h: 0, cacheWriteUnknown: 0 },
  };
}

function logs(source: string, rows: InvocationRow[], unpriced: InvocationRow[] = []): Engine {
  return {
    ...{ name: 'logs', source },
    usage: async () => ({
      rows: [],
      coverage: { ...COVERAGE, malformedReasons: {}, damagedFiles: [], first: 1, last: 1 },
    }),
    invocations: async () => ({ rows, unpriced, notes: ['told'] }),
    quote: async () => ({ bytes: 7, usd: '0.5', seconds: 2, notes: [] }),
    range: async () => ({ first: 1, last: 1 }),
    metadataKeys: async () => [],
    close: async () => {},
  };
}

/** Without one record. */
function empty(source: string): Engine {
  const fail = async () => {
    throw new SpendError('NO_RECORDS', `${source} is empty.`);
  };
  return { ...logs(source, []), usage: fail, invocations: fail, range: fail, metadataKeys: fail };
}

const metrics = () => createMetricsEngine({ source: 'metrics:?region=us-east-1' });

describe('several engines', () => {
  const two = () => [
    logs('a', [rowOf('a1', 9n), rowOf('a2', 1n)], [rowOf('a3', undefined)]),
    logs('b', [rowOf('b1', 5n)], [rowOf('b2', undefined)]),
  ];

  it('answer without one that holds nothing, and say so', async () => {
    const united = uniteEngines('all', 'a and b', [logs('a', [rowOf('a1', 9n)]), empty('b')]);
    expect((await united.usage(everything(PERIOD))).coverage).toMatchObject({ records: 1, notes: ['b is empty.'] });
    expect(await united.invocations(QUERY)).toMatchObject({ rows: [{}], notes: ['b is empty.', 'told'] });
    expect(await united.range()).toEqual({ first: 1, last: 1 });
    const none = uniteEngines('all', 'b and c', [empty('b'), empty('c')]);
    await expect(none.range()).rejects.toMatchObject({ code: 'NO_RECORDS', message: 'b is empty.' });
    await expect(none.usage(everything(PERIOD))).rejects.toMatchObject({ code: 'NO_RECORDS' });
  });

  it('give the most expensive requests of all of them', async () => {
    const { rows, unpriced, notes } = await uniteEngines('all', 'a and b', two()).invocations(QUERY);
    expect(rows.map(({ requestId }) => requestId)).toEqual(['a1', 'b1']);
    expect(unpriced.map(({ requestId }) => requestId)).toEqual(['a3']);
    expect(notes).toEqual(['told']);
  });

  it('leave out those that know sums only, and say so', async () => {
    const engine = uniteEngines('all', 'all', [...two(), metrics()]);
    const note = expect.stringContaining('metrics:?region=us-east-1 knows sums only');
    expect((await engine.invocations(QUERY)).notes).toEqual([note, 'told']);
    const { coverage } = await engine.usage({ ...everything(PERIOD), only: { promptAtLeast: 1 } });
    expect([coverage.invocations, coverage.notes]).toEqual([2, [note]]);
    expect(await engine.quote(QUERY)).toMatchObject({ bytes: 14, usd: '1', seconds: 2 });
  });

  it('refuse where all of them know sums only', async () => {
    const engine = uniteEngines('all', 'all', [metrics(), metrics()]);
    expect(engine.sumsOnly).toBe(true);
    const refused = { code: 'SOURCE_UNSUPPORTED', message: expect.stringContaining('invocation logs') };
    await expect(engine.invocations(QUERY)).rejects.toMatchObject(refused);
    await expect(engine.quote(QUERY)).rejects.toMatchObject(refused);
    const sized = engine.usage({ ...everything(PERIOD), only: { outputAtMost: 1 } });
    await expect(sized).rejects.toMatchObject(refused);
  });
});
