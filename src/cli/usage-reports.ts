import { readSetting } from '../config.ts';
import type { TimeDimension } from '../domain/dimension.ts';
import { reportFromFlat } from '../reports/flat-report.ts';
import { quoteOf, quoteQuestion } from '../reports/quote.ts';
import type { Report } from '../reports/report.ts';
import { breakdown } from '../reports/usage/breakdown.ts';
import { breakdownFromOverTime, overTime } from '../reports/usage/over-time.ts';
import { askedFromUsageReport, usageReport } from '../reports/usage/usage-report.ts';
import { type AnswerOptions, answer, type PeriodOptions, REMOTE_LIMIT } from './answer.ts';
import { printReport } from './output.ts';

export async function runBreakdown(options: PeriodOptions & { by: string[] }): Promise<number> {
  const question = { ...options, timezone: readSetting('timezone', options.timezone) };
  const tool = { name: 'breakdown_spend', input: { by: options.by, ...remotePeriod(question) } };
  return answer(options, tool, {
    quote: (context) => quoteQuestion(question, context),
    report: (context) => breakdown(question, context),
    read: reportFromAnswer,
    print: printReport,
  });
}

export async function runOverTime(options: PeriodOptions & { interval: TimeDimension; by?: string }): Promise<number> {
  const question = { ...options, timezone: readSetting('timezone', options.timezone) };
  const { interval, by } = options;
  const tool = { name: 'spend_over_time', input: { interval, by, ...remotePeriod(question) } };
  return answer(options, tool, {
    quote: (context) => quoteQuestion(breakdownFromOverTime(question), context),
    report: (context) => overTime(question, context),
    read: reportFromAnswer,
    print: printReport,
  });
}

interface ReportOptions extends AnswerOptions {
  days: number;
  region?: string;
  account?: string;
  timezone?: string;
}

export async function runReport(options: ReportOptions): Promise<number> {
  const { days, region, account: accountId } = options;
  const timezone = readSetting('timezone', options.timezone);
  const question = { days, region, accountId, timezone };
  const input = { days, region, aws_account_id: accountId, timezone, limit: REMOTE_LIMIT };
  return answer(
    options,
    { name: 'get_bedrock_usage_report', input },
    {
      quote: (context) => quoteOf(askedFromUsageReport(question, context), context),
      report: (context) => usageReport(question, context),
      read: async (data) => (await import('../reports/report.ts')).reportSchema.parse(data),
      print: printReport,
    },
  );
}

function remotePeriod({
  from,
  to,
  timezone,
  where,
  limit = REMOTE_LIMIT,
}: Pick<PeriodOptions, 'from' | 'to' | 'where' | 'limit'> & { timezone: string | undefined }) {
  return { from, to, timezone, where, limit };
}

async function reportFromAnswer(data: unknown): Promise<Report> {
  const { flatReportSchema } = await import('../reports/report.ts');
  const flat = flatReportSchema.parse(data);
  return reportFromFlat(`Spend by ${flat.by.join(', ')}`, flat);
}
