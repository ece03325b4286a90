import { readSetting } from '../config.ts';
import { docUrl } from '../domain/doc-url.ts';
import { SpendError } from '../domain/errors.ts';
import { jsonText } from '../domain/printable.ts';
import { anomalies, quoteAnomalies } from '../reports/anomalies/anomalies.ts';
import { textFromAnomalies } from '../reports/anomalies/render.ts';
import { checkBudgets, quoteBudgets } from '../reports/budgets/check.ts';
import { textFromBudgets } from '../reports/budgets/render.ts';
import type { BudgetState } from '../reports/budgets/schema.ts';
import { type ForecastQuestion, forecast, quoteForecast } from '../reports/forecast/forecast.ts';
import { textFromForecast } from '../reports/forecast/render.ts';
import { type AnswerOptions, answer, REMOTE_LIMIT } from './answer.ts';
import { EXIT } from './exit.ts';

interface OutlookOptions extends AnswerOptions {
  timezone?: string;
  asOf?: string;
}

interface ForecastOptions extends OutlookOptions {
  period: ForecastQuestion['period'];
  days?: number;
  where: string[];
}

export function runForecast(options: ForecastOptions): Promise<number> {
  const { period, days, where, asOf } = options;
  const common = { period, days, where, timezone: readSetting('timezone', options.timezone) };
  const question = { ...common, asOf };
  return answer(
    options,
    { name: 'forecast_spend', input: { ...common, as_of: asOf } },
    {
      quote: (context) => quoteForecast(question, context),
      report: (context) => forecast(question, context),
      read: async (data) => (await import('../reports/forecast/schema.ts')).forecastSchema.parse(data),
      print: (result, form) => print(result, textFromForecast, form),
    },
  );
}

interface AnomalyOptions extends OutlookOptions {
  from?: string;
  to?: string;
  where: string[];
  floorUsd: string;
  limit?: number;
}

export function runAnomalies(options: AnomalyOptions): Promise<number> {
  const { from, to, where, floorUsd, limit } = options;
  const common = { from, to, where, timezone: readSetting('timezone', options.timezone) };
  const question = { ...common, floorUsd, limit };
  return answer(
    options,
    { name: 'detect_anomalies', input: { ...common, floor_usd: floorUsd, limit: limit ?? REMOTE_LIMIT } },
    {
      quote: (context) => quoteAnomalies(question, context),
      report: (context) => anomalies(question, context),
      read: async (data) => (await import('../reports/anomalies/schema.ts')).anomaliesSchema.parse(data),
      print: (result, form) => print(result, textFromAnomalies, form),
    },
  );
}

/** For scheduled jobs: what a budget's state ends the command with. */
const EXIT_OF: Readonly<Record<BudgetState, number>> = {
  ok: EXIT.ok,
  warning: EXIT.warning,
  forecast_over: EXIT.warning,
  over: EXIT.over,
};

export async function runCheckBudget(options: OutlookOptions): Promise<number> {
  const { asOf } = options;
  const timezone = readSetting('timezone', options.timezone);
  const question = { budgets: await budgetsOf(options), asOf, timezone };
  return answer(
    options,
    { name: 'check_budget', input: { as_of: asOf, timezone } },
    {
      quote: (context) => quoteBudgets(question, context),
      report: (context) => checkBudgets(question, context),
      read: async (data) => (await import('../reports/budgets/schema.ts')).budgetCheckSchema.parse(data),
      print: (result, form) => {
        print(result, textFromBudgets, form);
        return EXIT_OF[result.state];
      },
    },
  );
}

/** Of the file named; a server has its own. */
async function budgetsOf({ url, budgets }: OutlookOptions) {
  if (url !== undefined && budgets !== undefined)
    throw new SpendError('INVALID_ARGUMENT', 'A server checks the budgets of its own operator: leave out --budgets.');
  if (url !== undefined) return [];
  const file = readSetting('budgets', budgets);
  if (file === undefined)
    throw new SpendError(
      'INVALID_ARGUMENT',
      `Name a file of budgets with --budgets; ${docUrl('forecast.md')} shows one.`,
    );
  const { readBudgets } = await import('../reports/budgets/budget-file.ts');
  return readBudgets(file);
}

function print<Data>(data: Data, text: (data: Data) => string, { json }: { json?: boolean }): number {
  process.stdout.write(json ? `${jsonText(data)}\n` : text(data));
  return EXIT.ok;
}
