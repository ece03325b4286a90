/**
 * How good forecasts are on weeks that are known: each week is forecast from the days before it alone, and compared with what it cost.
 * The rival is what spend tools do: the mean of the last seven days, carried forward.
 *
 *   node bench/forecast.ts [FOLDER…]     folders of logs; default: the sample logs
 */
import { SAMPLE_LOGS } from '../src/cli/demo.ts';
import { compose } from '../src/compose.ts';
import { wholeDays } from '../src/domain/period.ts';
import { bestMethod } from '../src/reports/forecast/backtest.ts';
import { dailySpend } from '../src/reports/forecast/daily-spend.ts';
import { METHODS } from '../src/reports/forecast/methods.ts';

const DAYS = 7;
const LEAST_HISTORY = 15;

async function score(source: string): Promise<string> {
  const { close, ...context } = await compose({ source, ledger: false });
  const { first = 0, last = 0 } = await context.engine.range();
  const { days } = await dailySpend(wholeDays(first, last, 'UTC'), [], context);
  await close();
  const spend = days.map(({ usd }) => usd.toNumber());
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const tries = [];
  for (let at = LEAST_HISTORY; at + DAYS <= spend.length; at++) {
    const history = spend.slice(0, at);
    const { method, range } = bestMethod(history, DAYS);
    const truth = sum(spend.slice(at, at + DAYS));
    const forecast = sum(METHODS[method](history, DAYS));
    const rival = sum(METHODS['mean of the last week'](history, DAYS));
    const inside = range && truth >= forecast * range.low && truth <= forecast * range.high;
    tries.push({ truth, ours: Math.abs(forecast - truth), rival: Math.abs(rival - truth), inside });
  }
  const truth = sum(tries.map((each) => each.truth));
  const percent = (part: number, whole: number) => `${((part / whole) * 100).toFixed(1)} %`;
  const ranged = tries.filter(({ inside }) => inside !== undefined);
  return `| ${source.split('/').at(-1)} | ${tries.length} | ${percent(sum(tries.map(({ ours }) => ours)), truth)} | ${percent(sum(tries.map(({ rival }) => rival)), truth)} | ${ranged.filter(({ inside }) => inside).length} of ${ranged.length} |`;
}

const folders = process.argv.slice(2);
console.log(
  '| logs | weeks forecast | off by | mean of the last week off by | truth inside the range |\n| --- | --: | --: | --: | --: |',
);
for (const folder of folders.length > 0 ? folders : [SAMPLE_LOGS]) console.log(await score(folder));
