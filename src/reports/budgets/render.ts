import { displayUsd, usdFromText } from '../../domain/money.ts';
import { type ShownReport, shownReport, textFromShown } from '../shown.ts';
import type { BudgetCheck, BudgetState } from './schema.ts';

const STATE_WORDS: Readonly<Record<BudgetState, string>> = {
  ok: 'ok',
  warning: 'WARNING',
  forecast_over: 'WILL BE OVER',
  over: 'OVER',
};

/** A line for each budget, the state first. */
export function shownFromBudgets({ as_of, budgets, notes }: BudgetCheck): ShownReport {
  const usd = (text: string) => displayUsd(usdFromText(text));
  const rows = budgets.map(({ state, name, period, budget_usd, spent_usd, spent_percent, forecast_usd }) => [
    STATE_WORDS[state],
    name,
    `${period.from.slice(0, 10)} up to ${period.to.slice(0, 10)}`,
    usd(budget_usd),
    usd(spent_usd),
    `${spent_percent} %`,
    usd(forecast_usd),
  ]);
  const columns = ['state', 'budget', 'period', 'limit', 'spent', 'used', 'forecast'];
  return shownReport([`Budgets as of ${as_of}`, { columns, names: 3, rows }], notes);
}

export const textFromBudgets = (check: BudgetCheck) => textFromShown(shownFromBudgets(check));
