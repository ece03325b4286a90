import * as z from 'zod';
import { quoteQuestion } from '../../reports/quote.ts';
import { ROUTINGS, TIERS } from '../../reports/simulate/assumptions.ts';
import { csvFromSimulation, shownFromSimulation } from '../../reports/simulate/render.ts';
import { type Simulation, simulationSchema } from '../../reports/simulate/schema.ts';
import { breakdownFromSimulation, simulate } from '../../reports/simulate/simulate.ts';
import { defineTool } from '../define-tool.ts';
import { byInput, limitInput, periodInputs, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

const share = z.number().min(0).max(1).optional();
const factor = z.number().positive().max(100).optional();

export const simulateSpend = defineTool({
  name: 'simulate_spend',
  title: 'Simulate spend',
  description:
    'What the same Amazon Bedrock requests would have cost on another model, routing (global, geo, in-region) or tier (batch, flex, priority), or with more or better prompt caching; these combine, and "where" chooses which usage moves. Without any change it lists alternatives that would have saved money, by model. Use it for "what if" and "how can we save". It compares money, not quality; for what a model costs per token use get_price.',
  input: z.strictObject({
    model: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Model id to move to. Bare (anthropic.claude-sonnet-5-5) it keeps the routing of today; with a prefix (global.anthropic.…) it changes that, too.',
      ),
    routing: z.enum(ROUTINGS).optional().describe('Routing to move to. Default: as it is.'),
    tier: z.enum(TIERS).optional().describe('Service tier to move to. Default: as it is.'),
    cache_share: share.describe(
      'Of the prompt tokens that are not cached today, the part that becomes a cached prefix, e.g. 0.8.',
    ),
    cache_hit_rate: share.describe(
      'How much of the cached prefix is read rather than written anew, e.g. 0.95; if given, it holds for what is cached today as well. Default: 0.9 of what cache_share adds.',
    ),
    input_token_factor: factor.describe(
      'Prompt tokens there for each token of today, for another tokenizer, e.g. 1.2. Default: 1.',
    ),
    output_token_factor: factor.describe('The same for answer tokens. Default: 1.'),
    by: byInput.optional().describe('Dimensions of the rows. Default: ["model"]; alternatives are always by model.'),
    ...periodInputs,
    where: whereInput,
    limit: limitInput(20),
    quote: quoteInput,
  }),
  output: reportOrQuote(simulationSchema),
  csv: (exact) => csvFromSimulation(exact as Simulation),
  async run({ quote, by, from, to, timezone, where, limit, ...change }, context) {
    const question = { by, from, to, timezone, where, limit, change };
    if (quote) return quoteAnswer(await quoteQuestion(breakdownFromSimulation(question), context));
    const report = await simulate(question, context);
    return { shown: () => shownFromSimulation(report), exact: report };
  },
});
