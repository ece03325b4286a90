import { filtersFromTexts } from '../../domain/dimension.ts';
import { usdFromText } from '../../domain/money.ts';
import type { ReportContext } from '../context.ts';
import { forecast, spanOf } from '../forecast/forecast.ts';
import type { Forecast } from '../forecast/schema.ts';
import { quoteOf, quoteQuestion, type ScanQuote } from '../quote.ts';
import type { Budget } from './budget-file.ts';
import { BUDGET_STATES, type BudgetCheck, type BudgetState } from './schema.ts';

export interface BudgetQuestion {
  budgets: readonly Budget[];
  /** Default: now, or the end of the last day that the logs have. */
  asOf?: string | undefined;
  timezone?: string | undefined;
}

/** Spend against budgets, each in the period that is running. */
export async function checkBudgets(
  { budgets, asOf, timezone }: BudgetQuestion,
  context: ReportContext,
): Promise<BudgetCheck> {
  const checks = [];
  const notes = new Set<string>();
  let at = '';
  for (const budget of budgets) {
    const forecasted = await forecast({ period: budget.period, where: budget.where, asOf, timezone }, context);
    for (const note of forecasted.notes) notes.add(note);
    at = forecasted.as_of;
    checks.push(checkOf(budget, forecasted));
  }
  const worst = checks.reduce((state, check) => Math.max(state, BUDGET_STATES.indexOf(check.state)), 0);
  return { as_of: at, state: BUDGET_STATES[worst] as BudgetState, budgets: checks, notes: [...notes] };
}

/** What that would read: budgets share days, so those of all of them are counted once. */
export async function quoteBudgets(
  { budgets, asOf, timezone }: BudgetQuestion,
  context: ReportContext,
): Promise<ScanQuote> {
  const [only, ...more] = budgets;
  const where = more.length > 0 ? [] : (only?.where ?? []);
  if (context.engine.rangeReadsLogs) return quoteQuestion({ by: ['day'], where }, context);
  const spans = await Promise.all(budgets.map(({ period }) => spanOf({ period, asOf, timezone }, context)));
  const reads = spans.map(({ read }) => read);
  const period = {
    from: Math.min(...reads.map(({ from }) => from)),
    to: Math.max(...reads.map(({ to }) => to)),
    timezone: timezone ?? 'UTC',
  };
  return quoteOf({ period, by: ['day'], where: filtersFromTexts(where) }, context);
}

// --- internal ---

function checkOf({ name, usd, where, warn_percent }: Budget, { period, spent_usd, forecast_usd }: Forecast) {
  const [limit, spent, expected] = [usdFromText(usd), usdFromText(spent_usd), usdFromText(forecast_usd)];
  const mark = limit.times(warn_percent).times('0.01');
  const state: BudgetState = spent.gt(limit)
    ? 'over'
    : expected.gt(limit)
      ? 'forecast_over'
      : spent.gte(mark) && spent.gt(0)
        ? 'warning'
        : 'ok';
  return {
    name,
    state,
    period: { from: period.from, to: period.to },
    where,
    budget_usd: usd,
    spent_usd,
    spent_percent: limit.eq(0) ? 100 : Number(spent.times(100).div(limit).toFixed(1)),
    forecast_usd,
  };
}
