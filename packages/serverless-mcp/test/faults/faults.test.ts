import { describe, expect, it } from 'vitest';
import { createLedger } from './ledger.ts';
import { runCuts } from './run-cuts.ts';
import { runKills } from './run-kills.ts';

/** What no run may show, whatever dies. */
const NOTHING_LOST = {
  lostSessions: 0,
  lostPositions: 0,
  wrong: 0,
  withoutEnd: 0,
  duplicate: 0,
  lost: 0,
  outOfOrder: 0,
};

describe('sessions', () => {
  it('survive instances that are killed while they answer', async () => {
    const report = await runKills({ requests: 200, seed: 7 });
    expect(report).toMatchObject({ ...NOTHING_LOST, calls: 200, sessionsAlive: 20 });
    expect(report.kills).toBeGreaterThanOrEqual(2);
    expect(report.results).toBeGreaterThan(50);
  }, 120_000);

  it('are lost by the same run where each instance keeps its own: it can tell', async () => {
    const report = await runKills({ requests: 100, clients: 5, instances: 1, store: 'memory', callMs: 2_000 });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.lostSessions).toBeGreaterThan(0);
    expect(report.sessionsAlive).toBe(0);
  }, 120_000);
});

describe('streams of calls', () => {
  it('go on elsewhere when their connection is cut, with everything once and in order', async () => {
    const report = await runCuts({ cuts: 40, seed: 7 });
    expect(report).toMatchObject({ ...NOTHING_LOST, errors: {}, results: report.calls });
    expect(report.cutsOfPosts + report.cutsOfResumed).toBe(40);
    expect(report.cutsOfResumed).toBeGreaterThan(0);
  }, 120_000);
});

describe('the ledger', () => {
  const call = { token: 'a', client: 'ann', notifications: 3 };

  function countsAfter(indexes: readonly number[], client = 'ann', answer = 'a') {
    const ledger = createLedger();
    ledger.begin(call);
    for (const index of indexes) ledger.heard(client, 'a', index);
    ledger.end('a', { kind: 'result', token: answer });
    return ledger.count();
  }

  it.each([
    ['nothing wrong', countsAfter([0, 1, 2]), {}],
    ['a notification twice', countsAfter([0, 1, 1, 2]), { duplicate: 1 }],
    ['one lost', countsAfter([0, 2]), { lost: 1 }],
    ['two exchanged', countsAfter([0, 2, 1]), { outOfOrder: 1 }],
    ['all at another client', countsAfter([0, 1, 2], 'bob'), { wrong: 3, lost: 3 }],
    ['the result of another call', countsAfter([0, 1, 2], 'ann', 'b'), { wrong: 1 }],
  ])('sees %s', (_, counts, wrong) => {
    const { wrong: w, duplicate, lost, outOfOrder } = counts;
    expect({ wrong: w, duplicate, lost, outOfOrder }).toEqual({
      wrong: 0,
      duplicate: 0,
      lost: 0,
      outOfOrder: 0,
      ...wrong,
    });
  });

  it('sees a call without an end', () => {
    const ledger = createLedger();
    ledger.begin(call);
    expect(ledger.count()).toMatchObject({ calls: 1, results: 0, withoutEnd: 1 });
  });
});
