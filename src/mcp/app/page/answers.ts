import * as z from 'zod';
import { expensiveSchema } from '../../../reports/expensive/schema.ts';
import { type FlatReport, flatReportSchema } from '../../../reports/report.ts';
import { type Simulation, simulationSchema } from '../../../reports/simulate/schema.ts';
import { askedFromQuestion, type Extent, type Question } from './question.ts';
import type { Server } from './server.ts';

/** What the tools say to a question, in the shapes that they promise. */

/** Most that the tools return. */
const MOST_ROWS = 1000;

export interface Known {
  extent: Extent;
  dimensions: { name: string; meaning: string }[];
}

const dimensionsSchema = z.object({
  dimensions: z.array(z.object({ name: z.string(), meaning: z.string() })),
  metadata_keys: z.array(z.string()),
  tag_keys: z.array(z.string()),
  data_from: z.string().optional(),
  data_to: z.string().optional(),
});

export async function askKnown(server: Server, signal: AbortSignal): Promise<Known> {
  const answer = dimensionsSchema.parse(await server.call('list_dimensions', {}, signal));
  const keys = [
    ...answer.metadata_keys.map((key) => ({ name: `metadata.${key}`, meaning: 'Request metadata' })),
    ...answer.tag_keys.map((key) => ({ name: `tag.${key}`, meaning: 'Tag of the profile or model' })),
  ];
  const plain = answer.dimensions.filter(({ name }) => !/^(hour|day|week|month|metadata\.KEY|tag\.KEY)$/.test(name));
  const { data_from: first, data_to: last } = answer;
  return {
    extent: first && last ? { first: Date.parse(first), last: Date.parse(last) } : undefined,
    dimensions: [...plain, ...keys],
  };
}

export interface Spend {
  /** What this answers, which is not what is asked while the next answer is on its way. */
  question: Question;
  overTime: FlatReport;
  breakdown: FlatReport;
}

/** The same usage twice: over time, and by the question's dimension. */
export async function askSpend(server: Server, question: Question, signal: AbortSignal): Promise<Spend> {
  const [overTime, breakdown] = await Promise.all([
    askOverTime(server, question, signal),
    server.call('breakdown_spend', { ...askedFromQuestion(question), by: [question.by], limit: MOST_ROWS }, signal),
  ]);
  return { question, overTime, breakdown: flatReportSchema.parse(breakdown) };
}

async function askOverTime(server: Server, question: Question, signal: AbortSignal): Promise<FlatReport> {
  const input = { ...askedFromQuestion(question), interval: question.interval, limit: MOST_ROWS };
  const split = flatReportSchema.parse(await server.call('spend_over_time', { ...input, by: question.by }, signal));
  // Cut off are the latest rows. A whole picture in one colour says more than half a picture in many.
  if (split.omitted === undefined) return split;
  return flatReportSchema.parse(await server.call('spend_over_time', input, signal));
}

/** What is otherwise, as simulate_spend takes it. Nothing: what would have saved money. */
export interface Change {
  model?: string;
  routing?: string;
  tier?: string;
  cache_share?: number;
}

export async function askWhatIf(
  server: Server,
  question: Question,
  change: Change,
  signal: AbortSignal,
): Promise<Simulation> {
  const by = Object.keys(change).length > 0 ? { by: [question.by] } : {};
  return simulationSchema.parse(
    await server.call('simulate_spend', { ...askedFromQuestion(question), ...change, ...by, limit: MOST_ROWS }, signal),
  );
}

export async function askMostExpensive(server: Server, question: Question, signal: AbortSignal) {
  return expensiveSchema.parse(
    await server.call('find_expensive_invocations', { ...askedFromQuestion(question), limit: 20 }, signal),
  );
}
