import { beforeAll, describe, expect, it } from 'vitest';
import type { UsageRow } from '../../src/domain/usage.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { priceUsage } from '../../src/reports/pricing.ts';
import { connectAs } from '../helpers/ask-as.ts';
import { crowd, HEAVY_QUESTIONS, LIGHT_QUESTIONS } from '../helpers/crowd.ts';
import { turnsDuring } from '../helpers/turns.ts';
import { usageRowOf } from '../helpers/usage-rows.ts';

/** Each is a caller's of its own. */
const REQUESTS = 5_000;

let dependencies: ServerDependencies;
beforeAll(async () => {
  dependencies = await crowd(REQUESTS);
});

describe('one large question', () => {
  it('is there for every tool', () => {
    const asked = new Set([...HEAVY_QUESTIONS, ...LIGHT_QUESTIONS].map(([name]) => name));
    expect(TOOLS.map(({ name }) => name).filter((name) => !asked.has(name))).toEqual([]);
  });

  it.each(HEAVY_QUESTIONS)('to %s lets others have a turn for each thousand rows: %j', async (name, input) => {
    const client = await connectAs(undefined, dependencies);
    const ask = async () => {
      const { isError, content } = await client.callTool({ name, arguments: { ...input, chart: undefined } });
      expect([isError ?? false, content]).toEqual([false, expect.anything()]);
    };
    expect(await turnsDuring(ask)).toBeGreaterThanOrEqual(REQUESTS / 1_000);
    await client.close();
  });

  it('is priced a thousand rows at a time', async () => {
    const { rate, ...prices } = await dependencies.prices();
    const rows: UsageRow[] = Array.from({ length: 150_000 }, (_, index) =>
      usageRowOf({
        key: { session: `s${index}` },
        priceKey: {
          ...{ model: 'anthropic.claude-sonnet-4-5', scope: 'global', region: 'us-east-1', tier: undefined },
          ...{ contextBand: 0, ratesFrom: 0 },
        },
        input: index,
      }),
    );
    let [looked, most] = [0, 0];
    const counting = (key: Parameters<typeof rate>[0]) => {
      looked += 1;
      return rate(key);
    };
    const steps = priceUsage(rows, ['session'], { ...prices, rate: counting });
    for (let step = steps.next(); !step.done; step = steps.next()) {
      most = Math.max(most, looked);
      looked = 0;
    }
    expect(most).toBeLessThanOrEqual(1_000);
  });
});
