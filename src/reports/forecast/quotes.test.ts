import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSample, OCTOBER } from '../../../test/helpers/sample.ts';
import { quoteAnomalies } from '../anomalies/anomalies.ts';
import type { Budget } from '../budgets/budget-file.ts';
import { quoteBudgets } from '../budgets/check.ts';
import type { ReportContext } from '../context.ts';
import { quoteFocus } from '../focus/focus.ts';
import type { ScanQuote } from '../quote.ts';
import { quoteForecast } from './forecast.ts';

let whole: Awaited<ReturnType<typeof composeSample>>;
/** As over CloudWatch, where a period is found without reading logs. */
let scanned: ReportContext;

beforeAll(async () => {
  whole = await composeSample();
  scanned = { ...whole, engine: { ...whole.engine, rangeReadsLogs: false } };
});
afterAll(() => whole.close());

const budget: Budget = { name: 'all', usd: '100', period: 'week', where: [], warn_percent: '80' };
const budgets: Budget[] = [budget, { ...budget, period: 'day' }];

const QUOTES: [string, (context: ReportContext) => Promise<ScanQuote>, string, string][] = [
  [
    'anomalies, with the weeks that say what is usual',
    (context) => quoteAnomalies({ from: '2026-10-29', to: '2026-10-30' }, context),
    '2026-10-01T00:00:00Z',
    '2026-10-30T00:00:00Z',
  ],
  [
    'a forecast, with the days it is made from',
    (context) => quoteForecast({ asOf: '2026-10-20' }, context),
    '2026-10-01T00:00:00Z',
    '2026-10-20T00:00:00Z',
  ],
  [
    'budgets, each day once',
    (context) => quoteBudgets({ budgets, asOf: '2026-10-20' }, context),
    '2026-10-01T00:00:00Z',
    '2026-10-20T00:00:00Z',
  ],
  [
    'an export',
    (context) => quoteFocus({ ...OCTOBER, tags: ['metadata.team', 'metadata.env'] }, context),
    '2026-10-01T00:00:00Z',
    '2026-11-01T00:00:00Z',
  ],
];

describe('a quote of', () => {
  it.each(QUOTES)('%s', async (_, quote, from, to) => {
    expect((await quote(scanned)).period).toEqual({ from, to });
  });

  it.each(QUOTES.slice(0, 3))('%s is for all logs, where finding their period reads them', async (_, quote) => {
    expect((await quote(whole)).period.from).toBe('1970-01-01T00:00:00Z');
  });
});
