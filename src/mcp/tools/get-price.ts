import * as z from 'zod';
import { SpendError } from '../../domain/errors.ts';
import { noPriceText, PRICED_TIERS, priceReport, priceSchema } from '../../reports/price/price.ts';
import { shownFromPrice } from '../../reports/price/render.ts';
import { defineTool } from '../define-tool.ts';

export const getPrice = defineTool({
  name: 'get_price',
  title: 'Get a Bedrock price',
  description:
    'What an Amazon Bedrock model costs per million tokens (input, output, cache read, cache writes), for a routing, region and tier, with the source and date of each rate. It answers list prices only; for what was spent use breakdown_spend.',
  input: z.strictObject({
    model: z
      .string()
      .min(1)
      .describe('Model id as in logs or code: anthropic.claude-sonnet-4-6, us.anthropic.…, global.…, or an ARN.'),
    region: z.string().optional().describe('Region the request is sent to. Default: that of an ARN, else us-east-1.'),
    tier: z.enum(PRICED_TIERS).default('standard').describe('Service tier.'),
    prompt_tokens: z
      .number()
      .int()
      .min(0)
      .max(10_000_000)
      .default(0)
      .describe('Size of the prompt, for models that cost more above a limit.'),
    at: z.string().optional().describe('Day the price must hold, e.g. 2026-10-01. Default: today.'),
  }),
  output: priceSchema,
  async run(input, context) {
    const prices = await context.prices();
    const names = await context.names();
    const price = priceReport(input, prices, names, context.now);
    if (price === undefined) throw new SpendError('INVALID_ARGUMENT', noPriceText(input, prices, names, context.now));
    return { shown: () => shownFromPrice(price), exact: price };
  },
});
