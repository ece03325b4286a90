import { SpendError } from '../domain/errors.ts';
import type { ReportContext } from './context.ts';

/** From when to when the source has invocations, epoch milliseconds. @throws SpendError NO_RECORDS when it has none */
export async function heldRange(context: ReportContext): Promise<{ first: number; last: number }> {
  const { first, last } = await context.engine.range(context);
  if (first !== undefined && last !== undefined) return { first, last };
  throw new SpendError(
    'NO_RECORDS',
    `There is no invocation in ${context.engine.source}, as far back as it goes. Is Bedrock’s logging on, and does it go there? "bedrock-spend doctor" shows it.`,
  );
}
