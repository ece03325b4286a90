import { displayUsd, usdFromText } from '../../domain/money.ts';
import { printable } from '../../domain/printable.ts';
import { alignColumns, dayText, notesText } from '../render.ts';
import type { Forecast } from './schema.ts';

/** The forecast for people: the sum and its range first, then how good such forecasts were, then the days. */
export function textFromForecast(forecast: Forecast): string {
  const { period, spent_usd, forecast_usd, range_80, days, as_of } = forecast;
  const usd = (text: string) => displayUsd(usdFromText(text));
  const range = range_80 ? `, in eight of ten cases between ${usd(range_80.low)} and ${usd(range_80.high)}` : '';
  const blocks = [
    `Forecast for ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone}): ${usd(forecast_usd)}${range}`,
    `${usd(spent_usd)} of it spent by ${dayText(as_of)}.`,
    howGood(forecast),
    alignColumns([['day', 'forecast'], ...days.map((day) => [day.day, usd(day.forecast_usd)])], 1),
    notesText(forecast.notes),
  ];
  return `${blocks.map(printable).join('\n\n')}\n`;
}

function howGood({ method, backtest, history }: Forecast): string {
  const from = `By the ${method}, from ${history.days} days since ${dayText(history.from)}`;
  if (!backtest) return `${from}; there is too little history to tell how good that is.`;
  return `${from}; over ${backtest.tries} stretches of ${backtest.days} known days it was off by ${backtest.error_percent} % on average.`;
}
