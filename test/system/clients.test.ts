import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS } from '../clients/index.ts';
import { install } from '../clients/install.ts';
import { startTargets, type Targets } from '../clients/targets.ts';
import { tryOut } from '../clients/try-out.ts';

const LIGHT = CLIENTS.filter(({ heavy }) => !heavy);
let targets: Targets;

beforeAll(async () => {
  targets = await startTargets(['stdio', 'HTTP with a key']);
  for (const client of LIGHT) await install(client);
}, 600_000);
afterAll(() => targets.close());

describe('clients that other people wrote', () => {
  it.each(LIGHT.map((client) => [client.name, client] as const))(
    '%s lists the tools, calls one, and hands no unmarked text of a log on',
    { timeout: 120_000 },
    async (_, client) => {
      const { outcomes } = await tryOut(client, targets);
      const tried = Object.values(outcomes).filter((outcome) => !('cannot' in outcome));
      expect(tried.length).toBeGreaterThan(0);
      expect(tried).toEqual(tried.map(() => ({ tools: 17, as: expect.stringMatching(/text|structured/), faults: [] })));
    },
  );
});
