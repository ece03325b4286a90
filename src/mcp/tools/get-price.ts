import * as z from 'zod';
import { SpendError } from '../../domain/errors.ts';
import { alikeText, priceReport, priceSchema, textFromPrice } from '../../reports/price.ts';
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
    region: z.string().default('us-east-1').describe('Region the request is sent to.'),
    tier: z
      .enum(['standard', 'batch', 'flex', 'priority', 'latency-optimized'])
      .default('standard')
      .describe('Service tier.'),
    prompt_tokens: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('Size of the prompt, for models that cost more above a limit.'),
    at: z.string().optional().describe('Day the price must hold, e.g. 2026-10-01. Default: today.'),
  }),
  output: priceSchema,
  async run(input, context) {
    const prices = await context.prices();
    const price = priceReport(input, prices, await context.names(), context.now);
    if (price === undefined)
      throw new SpendError(
        'INVALID_ARGUMENT',
        `No price is known for ${input.model} as asked; its usage is shown as unpriced. An overrides file can name one.${alikeText(input.model, prices.models)}`,
      );
    return { text: textFromPrice(price), data: price };
  },
});
