import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { filtersFromTexts } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';

const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'must be a plain decimal number such as 500');

export const budgetSchema = z.strictObject({
  name: z.string().min(1),
  /** Dollars for each period. */
  usd: decimal,
  period: z.enum(['day', 'week', 'month']).default('month'),
  /** `dimension=value`; none: all spend. */
  where: z.array(z.string()).default([]),
  /** Per cent of the budget from which on it is a warning. */
  warn_percent: decimal.default('80'),
});

export type Budget = z.output<typeof budgetSchema>;

const fileSchema = z.strictObject({ budgets: z.array(budgetSchema).min(1) });

/** Reads a file of budgets, YAML or JSON; `docs/forecast.md` shows one. @throws SpendError INVALID_BUDGETS */
export async function readBudgets(path: string): Promise<Budget[]> {
  const { budgets } = checked(path, await parsed(path));
  const names = budgets.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(path, `two budgets are named "${twice}"`);
  for (const { name, where } of budgets) {
    try {
      filtersFromTexts(where);
    } catch (cause) {
      throw invalid(path, `${name}: ${(cause as Error).message}`, cause);
    }
  }
  return budgets;
}

// --- internal ---

async function parsed(path: string): Promise<unknown> {
  try {
    // Every scalar stays text, so no sum passes through floating point.
    return parse(await readFile(path, 'utf8'), { schema: 'failsafe' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw invalid(path, code === 'ENOENT' ? 'there is no such file' : message, cause);
  }
}

function checked(path: string, content: unknown): z.output<typeof fileSchema> {
  const { data, error } = fileSchema.safeParse(content);
  if (data) return data;
  const [issue] = error.issues;
  throw invalid(path, `${issue?.path.join('.') || 'the file'}: ${issue?.message}`, error);
}

function invalid(path: string, why: string, cause?: unknown): SpendError {
  return new SpendError('INVALID_BUDGETS', `The budgets file ${path} cannot be used: ${why}.`, { cause });
}
