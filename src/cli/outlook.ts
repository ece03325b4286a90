import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { jsonText } from '../domain/printable.ts';
import { anomalies } from '../reports/anomalies/anomalies.ts';
import { textFromAnomalies } from '../reports/anomalies/render.ts';
import { readBudgets } from '../reports/budgets/budget-file.ts';
import { checkBudgets, textFromBudgets } from '../reports/budgets/check.ts';
import type { BudgetState } from '../reports/budgets/schema.ts';
import { type ForecastQuestion, forecast } from '../reports/outlook/forecast.ts';
import { textFromForecast } from '../reports/outlook/forecast-render.ts';
import { EXIT } from './output.ts';
import { type SourceOptions, withContext } from './session.ts';

interface OutlookOptions extends SourceOptions {
  timezone?: string;
  asOf?: string;
  json?: boolean;
}

interface ForecastOptions extends OutlookOptions {
  period: ForecastQuestion['period'];
  days?: number;
  where: string[];
}

export async function runForecast({ period, days, where, asOf, ...options }: ForecastOptions): Promise<number> {
  const timezone = readSetting('timezone', options.timezone);
  const result = await withContext(options, (context) => forecast({ period, days, where, asOf, timezone }, context));
  return print(result, textFromForecast, options);
}

interface AnomalyOptions extends OutlookOptions {
  from?: string;
  to?: string;
  where: string[];
  floorUsd: string;
  limit?: number;
}

export async function runAnomalies({ from, to, where, floorUsd, limit, ...options }: AnomalyOptions): Promise<number> {
  const timezone = readSetting('timezone', options.timezone);
  const question = { from, to, where, floorUsd, limit, timezone };
  return print(await withContext(options, (context) => anomalies(question, context)), textFromAnomalies, options);
}

/** For scheduled jobs: what a budget's state ends the command with. */
const EXIT_OF: Readonly<Record<BudgetState, number>> = {
  ok: EXIT.ok,
  warning: EXIT.warning,
  forecast_over: EXIT.warning,
  over: EXIT.over,
};

export async function runCheckBudget(options: OutlookOptions): Promise<number> {
  const file = readSetting('budgets', options.budgets);
  if (file === undefined)
    throw new SpendError('INVALID_ARGUMENT', 'Name a file of budgets with --budgets; docs/outlook.md shows one.');
  const question = {
    budgets: await readBudgets(file),
    asOf: options.asOf,
    timezone: readSetting('timezone', options.timezone),
  };
  const result = await withContext(options, (context) => checkBudgets(question, context));
  print(result, textFromBudgets, options);
  return EXIT_OF[result.state];
}

function print<Data>(data: Data, text: (data: Data) => string, { json }: { json?: boolean }): number {
  process.stdout.write(json ? `${jsonText(data)}\n` : text(data));
  return EXIT.ok;
}
