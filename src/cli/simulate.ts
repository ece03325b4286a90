import { readSetting } from '../config.ts';
import { quoteQuestion } from '../reports/quote.ts';
import type { Routing, Tier } from '../reports/simulate/assumptions.ts';
import { csvFromSimulation, textFromSimulation } from '../reports/simulate/render.ts';
import { breakdownFromSimulation, simulate } from '../reports/simulate/simulate.ts';
import { type AnswerOptions, answer, REMOTE_LIMIT } from './answer.ts';
import { printAnswer } from './output.ts';

interface SimulateOptions extends AnswerOptions {
  model?: string;
  routing?: Routing;
  tier?: Tier;
  cacheShare?: number;
  cacheHitRate?: number;
  inputTokenFactor?: number;
  outputTokenFactor?: number;
  by?: string[];
  from?: string;
  to?: string;
  where: string[];
  limit?: number;
  timezone?: string;
}

/** What the same requests would have cost otherwise. */
export function runSimulate(options: SimulateOptions): Promise<number> {
  const { by, from, to, where, limit } = options;
  const change = {
    model: options.model,
    routing: options.routing,
    tier: options.tier,
    cache_share: options.cacheShare,
    cache_hit_rate: options.cacheHitRate,
    input_token_factor: options.inputTokenFactor,
    output_token_factor: options.outputTokenFactor,
  };
  const period = { by, from, to, where, timezone: readSetting('timezone', options.timezone) };
  const question = { ...period, limit, change };
  return answer(
    options,
    { name: 'simulate_spend', input: { ...period, ...change, limit: limit ?? REMOTE_LIMIT } },
    {
      quote: (context) => quoteQuestion(breakdownFromSimulation(question), context),
      report: (context) => simulate(question, context),
      read: async (data) => (await import('../reports/simulate/schema.ts')).simulationSchema.parse(data),
      print: (report, form) => printAnswer(report, form, { text: textFromSimulation, csv: csvFromSimulation }),
    },
  );
}
