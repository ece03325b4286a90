import { displayUsd, usdFromText } from '../../domain/money.ts';
import { dayText } from '../render.ts';
import { type ShownReport, shownReport, textFromShown } from '../shown.ts';
import type { Forecast } from './schema.ts';

/** The forecast for people: the sum and its range first, then how good such forecasts were, then the days. */
export function shownFromForecast(forecast: Forecast): ShownReport {
  const { period, spent_usd, forecast_usd, range_80, days, as_of } = forecast;
  const usd = (text: string) => displayUsd(usdFromText(text));
  const range = range_80 ? `, in eight of ten cases between ${usd(range_80.low)} and ${usd(range_80.high)}` : '';
  const rows = days.map((day) => [day.day, usd(day.forecast_usd)]);
  const blocks = [
    `Forecast for ${dayText(period.from)} up to ${dayText(period.to)} (${period.timezone}): ${usd(forecast_usd)}${range}`,
    `${usd(spent_usd)} of it spent by ${dayText(as_of)}.`,
    howGood(forecast),
    { columns: ['day', 'forecast'], names: 1, rows },
  ];
  return shownReport(blocks, forecast.notes);
}

export const textFromForecast = (forecast: Forecast) => textFromShown(shownFromForecast(forecast));

function howGood({ method, backtest, history }: Forecast): string {
  const from = `By the ${method}, from ${history.days} days since ${dayText(history.from)}`;
  if (!backtest) return `${from}; there is too little history to tell how good that is.`;
  return `${from}; over ${backtest.tries} stretches of ${backtest.days} known days it was off by ${backtest.error_percent} % on average.`;
}
