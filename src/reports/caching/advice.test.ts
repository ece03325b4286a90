import { describe, expect, it } from 'vitest';
import { callOf, temporaryFolder, writeFiles } from '../../../test/helpers/log-files.ts';
import { compose } from '../../compose.ts';
import { reviewCaching } from './caching.ts';

const DAY = Date.parse('2026-10-05T00:00:00Z');

interface Told {
  /** Minutes after the day began. */
  at: number;
  input?: number;
  read?: number;
  write?: number;
}

/** What the review says of one caller, whose calls are these. */
async function reviewOf(calls: readonly Told[]) {
  const source = await temporaryFolder();
  const records = calls.map(({ at, input = 200, read = 0, write = 0 }) =>
    callOf({
      at: new Date(DAY + at * 60_000).toISOString().replace('.000', ''),
      ...{ input, output: 50, cacheRead: read, cacheWrite: write },
    }),
  );
  await writeFiles(source, { 'calls.json': records });
  const context = await compose({ source, ledger: false });
  const { rows } = await reviewCaching({ from: '2026-10-05', to: '2026-10-12', cacheShare: 0.8 }, context);
  await context.close();
  return rows[0];
}

const every = (minutes: number, count: number, call: (index: number) => Omit<Told, 'at'>): Told[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * minutes, ...call(index) }));

describe('what the spacing of calls says', () => {
  it('of calls that always write, 20 minutes apart: an hour would do', async () => {
    const row = await reviewOf(every(20, 200, () => ({ write: 20_000 })));
    expect(row).toMatchObject({ verdict: 'loses', advice: 'write for an hour instead of five minutes' });
    expect(Number(row?.one_hour_instead_usd)).toBeGreaterThan(0);
  });

  it('of calls that always write, 90 minutes apart: stop', async () => {
    const row = await reviewOf(every(90, 100, () => ({ write: 20_000 })));
    expect(row?.advice).toBe(
      'stop caching, or bring calls together: they are about 90 minutes apart, which no cache that pays outlives',
    );
  });

  it('of calls that always write, one minute apart: the prefix changes', async () => {
    const row = await reviewOf(every(1, 300, () => ({ write: 20_000 })));
    expect(row?.advice).toMatch(/^look for what changes inside the cached prefix/);
  });

  it('of a cache that stopped hitting: when, and what it cost since', async () => {
    const calls = every(2, 1000, (index) => (index % 20 === 0 || index >= 700 ? { write: 20_000 } : { read: 20_000 }));
    const row = await reviewOf(calls);
    expect(row).toMatchObject({ verdict: 'pays', stopped_hitting_at: '2026-10-05T23:20:00Z' });
    expect(row?.advice).toBe('see what was changed on 2026-10-05 at 23:20 UTC: reads stopped then, and writes went on');
    // 300 calls: 95 % of 20,000 tokens at 4.125 less 0.33 a million.
    expect(Number(row?.stopped_hitting_usd)).toBeCloseTo(300 * 0.95 * 20_000 * 3.795e-6, 0);
  });

  it('of prompts without a cache, three hours apart: nothing could be saved', async () => {
    expect(
      await reviewOf(
        every(180, 56, () => ({ input: 20_000 })).flatMap((call) => [call, { ...call, at: call.at + 80 }]),
      ),
    ).toBeUndefined();
  });

  it('of prompts without a cache, 20 minutes apart: written for an hour', async () => {
    const row = await reviewOf(every(20, 200, () => ({ input: 20_000 })));
    expect(row).toMatchObject({ verdict: 'does not cache', advice: expect.stringContaining('written for an hour') });
  });

  it('of prompts without a cache, a minute apart: five minutes do', async () => {
    const row = await reviewOf(every(1, 200, () => ({ input: 20_000 })));
    expect(row?.advice).toBe('try a cache point after what all prompts begin with');
  });
});
