import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConformance } from '../helpers/conformance.ts';

export interface ServerUnderTest {
  url: string;
  close(): Promise<unknown>;
}

/** How many scenarios a set has, so that one that was not run is missed. */
const SCENARIOS = { '2025-11-25': 33, '2026-07-28': 50 };

/** The suite skips it on every server: it cannot hear what it asks for yet. */
const SKIPPED = 'tasks-status-notifications';

/**
 * The official suite finds nothing wanting, whatever the server runs on.
 * @param run both sets at once, which mostly wait, or one after the other: the suite gives some answers 1.5 seconds
 */
export function testConformance(
  where: string,
  start: () => Promise<ServerUnderTest>,
  run: typeof it | typeof it.concurrent = it.concurrent,
): void {
  describe(`the official suite, with fixtures, on ${where}`, () => {
    let server: ServerUnderTest;
    beforeAll(async () => {
      server = await start();
    }, 300_000);
    afterAll(() => server.close());

    run.each(Object.entries(SCENARIOS))(
      'finds nothing wanting in %s',
      // Once more on a busy machine: what is wanting is wanting again, and what came after the suite's 1.5 seconds is not.
      { timeout: 120_000, retry: 1 },
      async (requirements, count) => {
        const all = await runConformance(server.url, requirements);
        const played = all.filter(({ name }) => name !== SKIPPED);
        expect(played.filter(({ wanting, passed }) => wanting.length > 0 || passed === 0)).toEqual([]);
        expect(all).toHaveLength(count);
      },
    );
  });
}
