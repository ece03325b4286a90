import { describe, expect, it } from 'vitest';
import { groupOf } from '../../../test/helpers/groups.ts';
import type { UsageQuery } from '../engine.ts';
import type { Scan } from './scan.ts';
import { NOTHING, type ScanResult } from './scan-result.ts';
import { createScanningEngine, type ScanningOptions } from './scanning.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;

const question = (change: Partial<UsageQuery> = {}): UsageQuery => ({
  from: 10 * DAY,
  to: 20 * DAY,
  by: [],
  where: [],
  buckets: {},
  rateChanges: [],
  aliasesOf: async () => [],
  ...change,
});

/** A group a day. */
function foundBy({ from, to }: Scan): ScanResult {
  const days = Array.from({ length: (to - from) / DAY }, (_, day) => from + day * DAY);
  const groups = days.map((at) => groupOf({ at, records: 2, first: at + 1, last: at + 2 }));
  return { ...NOTHING, groups };
}

function engineOver(options: Partial<ScanningOptions> = {}) {
  const scans: Scan[] = [];
  const engine = createScanningEngine({
    name: 'test',
    source: 'test:',
    async find(scan) {
      scans.push(scan);
      return foundBy(scan);
    },
    quote: async () => ({ bytes: 7, usd: '1', seconds: undefined, notes: [] }),
    notes: async () => [],
    requests: async () => ({ invocations: [], rest: undefined }),
    range: async () => ({ first: undefined, last: undefined }),
    metadataKeys: async () => [],
    close: async () => {},
    now: () => NOW,
    ...options,
  });
  return { engine, scans };
}

/** A question that cuts the period by day. */
const byDay = (change: Partial<UsageQuery> = {}) => {
  const { from, to } = question(change);
  const day = Array.from({ length: (to - from) / DAY }, (_, index) => {
    const start = from + index * DAY;
    return { label: String(start / DAY), from: start, to: start + DAY };
  });
  return question({ by: ['day'], buckets: { day }, ...change });
};

describe('what was found', () => {
  it.each<[what: string, next: UsageQuery, scans: number]>([
    ['the same', byDay(), 1],
    ['other dimensions', question({ by: ['principal', 'status', 'account'] }), 1],
    ['a part of the period', byDay({ from: 12 * DAY, to: 15 * DAY }), 1],
    ['a part that cuts a cell', question({ from: 12 * DAY + 1 }), 2],
    ['more time', question({ to: 21 * DAY }), 2],
    ['shorter cells', question({ rateChanges: [12 * DAY + 3_600_000] }), 2],
    ['metadata', question({ by: ['metadata.team'] }), 2],
  ])('answers the next question where it can: %s', async (_, next, count) => {
    const { engine, scans } = engineOver();
    await engine.usage(byDay());
    const { coverage } = await engine.usage(next);
    expect(scans).toHaveLength(count);
    const days = Math.ceil((next.to - next.from) / DAY);
    if (count === 1)
      expect(coverage).toMatchObject({
        invocations: days,
        records: 2 * days,
        first: next.from + 1,
        last: next.to - DAY + 2,
      });
  });

  it('in one region does not answer for all', async () => {
    const { engine, scans } = engineOver();
    const oneRegion = { where: [{ dimension: 'region', values: ['us-east-1'] } as const] };
    await engine.usage(question(oneRegion));
    await engine.usage(question(oneRegion));
    expect(scans).toHaveLength(1);
    await engine.usage(question());
    expect(scans).toHaveLength(2);
    await engine.usage(question(oneRegion));
    expect(scans).toHaveLength(2);
  });

  it('of a period that goes on is read again after a quarter of an hour, and says when it was read', async () => {
    let now = NOW;
    const { engine, scans } = engineOver({ now: () => now });
    const today = question({ from: NOW - DAY, to: NOW + DAY });
    expect((await engine.usage(today)).coverage.notes).toEqual([]);
    now += 14 * 60_000;
    expect((await engine.usage(today)).coverage.notes?.join()).toContain('As read at 1970-04-11T00:00Z');
    expect(scans).toHaveLength(1);
    now += 60_000;
    await engine.usage(today);
    expect(scans).toHaveLength(2);
  });

  it('is not asked for more widely where that was too much', async () => {
    const asked: [attributes: number, atOnce: boolean][] = [];
    const { engine } = engineOver({
      async find(scan, _, atOnce) {
        asked.push([scan.attributes.length, atOnce]);
        return atOnce ? undefined : foundBy(scan);
      },
    });
    await engine.usage(question());
    await engine.usage(question({ by: ['principal'] }));
    expect(asked).toEqual([
      [5, true],
      [0, false],
      [1, false],
    ]);
  });

  it('costs nothing further', async () => {
    const { engine } = engineOver();
    expect(await engine.quote(question())).toMatchObject({ bytes: 7, usd: '1' });
    await engine.usage(question());
    expect(await engine.quote(question())).toMatchObject({ bytes: 0, usd: '0' });
  });

  it('answers no question that was cancelled', async () => {
    const { engine, scans } = engineOver();
    const signal = AbortSignal.abort();
    await engine.usage(question());
    await expect(engine.usage(question(), { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    const top = { ...question(), prices: [], limit: 1, unpricedLimit: 1 };
    await expect(engine.invocations(top, { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(scans).toHaveLength(1);
  });

  it('after a failure is asked for again', async () => {
    let fail = true;
    const { engine } = engineOver({
      async find(scan) {
        if (fail) throw new Error('down');
        return foundBy(scan);
      },
    });
    await expect(engine.usage(question())).rejects.toThrow('down');
    fail = false;
    expect((await engine.usage(question())).coverage.invocations).toBe(10);
  });
});
