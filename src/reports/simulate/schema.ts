import * as z from 'zod';
import { coverageSchema, periodSchema } from '../report.ts';
import { FITS } from './alternatives.ts';

/** US dollars, an exact decimal. Said once to clients, not with each of them. */
const usd = z.string();
const count = z.number().int().nonnegative();

const moneySchema = z.object({
  invocations: count,
  moved_invocations: count.describe('Those the assumptions apply to; the others stay as they are, and a note says why'),
  unpriced_invocations: count.describe('Not in the dollars'),
  before_usd: usd,
  after_usd: usd,
  saving_usd: usd.describe('before less after, exact; negative: it would cost more'),
});

export const simulatedRowSchema = moneySchema.extend({
  key: z.record(z.string(), z.string()),
  fit: z.enum(FITS).optional().describe('Of an alternative: how near it is to the model of today'),
});

/** What the same requests would have cost otherwise. */
export const simulationSchema = z.object({
  period: periodSchema,
  simulated: z.string().describe('What is otherwise, in words'),
  by: z.array(z.string()).describe('Dimensions of the rows; with "alternative", rows exclude each other'),
  rows: z
    .array(simulatedRowSchema)
    .describe('Largest saving first; alternatives: first what keeps the model, smaller models last'),
  largest: z
    .array(simulatedRowSchema)
    .describe('Of alternatives, whatever the limit: the largest saving without another model, and the largest of all'),
  omitted_rows: count,
  totals: moneySchema.partial({ moved_invocations: true, after_usd: true, saving_usd: true }),
  coverage: coverageSchema,
  notes: z.array(z.string()).describe('Every assumption'),
});

export type Simulation = z.output<typeof simulationSchema>;
export type SimulatedRow = z.output<typeof simulatedRowSchema>;
