import { describe, expect, it } from 'vitest';
import { SpendError } from '../../domain/errors.ts';
import type { Work } from '../engine.ts';
import { createFlights } from './flights.ts';

/** Scans that end when the test says so. */
function scansUnderway() {
  const flights = createFlights<string, string>();
  const started: { work: Work; end: PromiseWithResolvers<string> }[] = [];
  const ask = (work: Work = {}, what = 'all') =>
    flights.share(
      what,
      work,
      (other) => other === what,
      (shared) => {
        const end = Promise.withResolvers<string>();
        shared.signal?.addEventListener('abort', () => end.reject(new SpendError('CANCELLED', 'stopped')));
        started.push({ work: shared, end });
        return end.promise;
      },
    );
  return { ask, started };
}

const settled = (asked: Promise<string>) => asked.catch((error: Error) => error.message);

describe('scans in flight', () => {
  it('are one for all who ask the same at the same time', async () => {
    const { ask, started } = scansUnderway();
    const asked = [ask(), ask(), ask(), ask()];
    started[0]?.end.resolve('found');
    expect(await Promise.all(asked)).toEqual(['found', 'found', 'found', 'found']);
    expect(started).toHaveLength(1);
    const next = ask();
    started[1]?.end.resolve('found again');
    expect(await next).toBe('found again');
  });

  it('are not shared by those who may see something else', async () => {
    const { ask, started } = scansUnderway();
    const asked = [ask({ rights: 'a' }), ask({ rights: 'b' }), ask({ rights: 'a' }), ask()];
    expect(started).toHaveLength(3);
    for (const [index, { end }] of started.entries()) end.resolve(String(index));
    expect(await Promise.all(asked)).toEqual(['0', '1', '0', '2']);
  });

  it('go on while somebody waits, and end with the last', async () => {
    const { ask, started } = scansUnderway();
    const [first, second] = [new AbortController(), new AbortController()];
    const asked = [settled(ask({ signal: first.signal })), settled(ask({ signal: second.signal }))];
    first.abort();
    expect(await asked[0]).toBe('Cancelled.');
    expect(started[0]?.work.signal?.aborted).toBe(false);
    second.abort();
    // The last one hears when the scan has stopped.
    expect(await asked[1]).toBe('stopped');
    const next = ask();
    expect(started).toHaveLength(2);
    started[1]?.end.resolve('found');
    expect(await next).toBe('found');
  });

  it('tell everybody how far they are', async () => {
    const { ask, started } = scansUnderway();
    const told: string[] = [];
    const asked = ['a', 'b'].map((name) => ask({ onProgress: ({ message }) => told.push(`${name} ${message}`) }));
    started[0]?.work.onProgress?.({ done: 1, total: 2, message: 'half' });
    started[0]?.end.resolve('found');
    await Promise.all(asked);
    expect(told).toEqual(['a half', 'b half']);
  });

  it('fail for all of them, but for one whose money is not spent', async () => {
    const { ask, started } = scansUnderway();
    const asked = [settled(ask()), settled(ask())];
    started[0]?.end.reject(new SpendError('ACCESS_DENIED', 'not allowed'));
    expect(await Promise.all(asked)).toEqual(['not allowed', 'not allowed']);

    const again = [settled(ask()), settled(ask())];
    started[1]?.end.reject(new SpendError('SCAN_TOO_EXPENSIVE', 'too much for the first'));
    expect(await again[0]).toBe('too much for the first');
    started[2]?.end.resolve('found');
    expect(await again[1]).toBe('found');
  });

  it('are not shared by calls that can go on as tasks, whose queries others may stop', async () => {
    const { ask, started } = scansUnderway();
    const queries = { idOf: () => Promise.reject(new Error()), waited() {}, outlives: () => false };
    const asked = [ask({ queries }), ask({ queries })];
    expect(started).toHaveLength(2);
    for (const { end } of started) end.resolve('found');
    await Promise.all(asked);
  });
});
