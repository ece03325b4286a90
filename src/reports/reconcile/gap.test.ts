import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageRowOf } from '../../../test/helpers/usage-rows.ts';
import type { BillLine } from '../../bill/bill.ts';
import { usdFromText, ZERO_USD } from '../../domain/money.ts';
import { atOnce } from '../../domain/steps.ts';
import type { UsageRow } from '../../domain/usage.ts';
import { composePrices } from '../../prices/index.ts';
import { pricedRow } from '../pricing.ts';
import { compare } from './gap.ts';

const prices = composePrices();

const usageTypes = [
  ['Amazon Bedrock', 'USE1-Claude4.6Sonnet-input-tokens'],
  ['Amazon Bedrock', 'USE1-Claude4.6Sonnet-output-tokens-cross-region-global'],
  ['Amazon Bedrock', 'EU-Claude4.6Sonnet-cache-write-1h-input-token-count'],
  ['Amazon Bedrock', 'USE1-Claude4.6Sonnet-cache-write-1h-input-token-count'],
  ['Amazon Bedrock', 'USE1-Claude4.6Sonnet-cache-write-input-token-count'],
  ['Claude Sonnet 4.6 (Amazon Bedrock Edition)', 'USE1-MP:USE1_InputTokenCount-Units'],
  ['Amazon Bedrock', 'USE1-NovaLite-input-tokens'],
  ['Amazon Bedrock', 'USE1-NovaLite-input-tokens-batch'],
  ['Amazon Bedrock', 'USE1-Orion1-input-tokens'],
  ['Amazon Bedrock', 'USE1-openai.gpt-oss-120b-mantle-input-tokens-standard'],
  ['Amazon Bedrock', 'USE1-Guardrail-ContentPolicyUnitsConsumed'],
  ['Amazon Bedrock', 'something new'],
] as const;

const amount = fc.integer({ min: 0, max: 10 ** 9 }).map((digits) => usdFromText(String(digits)).div(10 ** 7));

const lines: fc.Arbitrary<BillLine> = fc
  .record({
    usage: fc.constantFrom(...usageTypes),
    quantity: amount,
    usd: amount,
    chargeType: fc.constantFrom('Usage', 'Usage', 'Usage', 'Credit', 'Tax'),
  })
  .map(({ usage: [service, usageType], chargeType, quantity, usd }) => ({
    service,
    usageType,
    chargeType,
    quantity,
    usd: chargeType === 'Credit' ? usd.neg() : usd,
    principal: undefined,
  }));

const tokens = fc.nat(5_000_000);

const rows: fc.Arbitrary<UsageRow> = fc
  .record({
    model: fc.constantFrom('anthropic.claude-sonnet-4-6', 'amazon.nova-lite-v1:0', 'acme.orion-1'),
    region: fc.constantFrom('us-east-1', 'us-west-2'),
    scope: fc.constantFrom('in-region' as const, 'geo' as const, 'global' as const),
    tier: fc.constantFrom(undefined, 'standard', 'priority'),
    counts: fc.tuple(tokens, tokens, tokens, tokens, tokens),
  })
  .map(({ model, region, scope, tier, counts: [input, output, cacheRead, cacheWrite5m, cacheWrite1h] }) =>
    usageRowOf({
      priceKey: { model, region, scope, tier, contextBand: 0, ratesFrom: Date.parse('2026-10-01') },
      input,
      output,
      cacheRead,
      cacheWrite5m,
      cacheWrite1h,
      cacheWriteUnknown: Math.floor(cacheWrite5m / 2),
    }),
  );

describe('the pieces of the gap', () => {
  it('add up to it exactly, whatever is on the bill and in the logs', () => {
    fc.assert(
      fc.property(
        fc.array(lines, { maxLength: 30 }),
        fc.array(rows, { maxLength: 20 }),
        fc.option(fc.array(rows, { maxLength: 20 }), { nil: undefined }),
        fc.boolean(),
        (bill, logs, metrics, final) => {
          const billed = bill.reduce((sum, { usd }) => sum.plus(usd), ZERO_USD);
          const logged = logs.reduce((sum, row) => sum.plus(pricedRow(row, prices).cost), ZERO_USD);
          const { parts } = atOnce(compare({ lines: bill, final }, logs, metrics, prices));
          const pieces = parts.reduce((sum, { usd }) => sum.plus(usd), ZERO_USD);
          expect(pieces.toFixed()).toBe(billed.minus(logged).toFixed());
        },
      ),
      { numRuns: 300 },
    );
  });
});
