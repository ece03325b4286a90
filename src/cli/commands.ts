import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { textFromResult } from '../client/index.ts';
import { composeSessionStore, openPrices } from '../compose.ts';
import { readSetting } from '../config.ts';
import type { TimeDimension } from '../domain/dimension.ts';
import { SpendError } from '../domain/errors.ts';
import { startServer } from '../http/serve.ts';
import { createServerFactory } from '../mcp/server.ts';
import { breakdown } from '../reports/breakdown.ts';
import { breakdownFromOverTime, overTime } from '../reports/over-time.ts';
import { type Price, priceList, priceReport, textFromPrice, textFromPriceList } from '../reports/price.ts';
import { quoteOf, quoteQuestion } from '../reports/quote.ts';
import { flatReportSchema, type Report, reportFromFlat, reportSchema } from '../reports/report.ts';
import { askedFromUsageReport, usageReport } from '../reports/usage-report.ts';
import { accessFromOptions } from './access.ts';
import { type AnswerOptions, answer, type PeriodOptions, REMOTE_LIMIT } from './answer.ts';
import { EXIT, type OutputOptions, printReport } from './output.ts';
import { runRefreshPrices } from './refresh-prices.ts';
import { type CallTarget, callTool, listTools } from './remote.ts';
import { composeFromOptions, type SourceOptions } from './session.ts';
import { cleanJson, cleanText } from './terminal/clean-text.ts';

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
      read: (data) => reportSchema.parse(data),
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

function reportFromAnswer(data: unknown): Report {
  const flat = flatReportSchema.parse(data);
  return reportFromFlat(`Spend by ${flat.by.join(', ')}`, flat);
}

interface PricesOptions extends OutputOptions {
  region: string;
  tier: string;
  promptTokens: number;
  at?: string;
  prices?: string;
  priceList?: string;
  refresh?: boolean;
}

export async function runPrices(model: string | undefined, options: PricesOptions): Promise<number> {
  if (options.refresh) return runRefreshPrices(options.region.split(','), options);
  const { book, aliases } = await openPrices({
    prices: readSetting('prices', options.prices),
    priceList: readSetting('priceList', options.priceList),
  });
  if (model === undefined) return printPriceList(priceList(book, Date.now()), options);
  const question = {
    model,
    region: options.region,
    tier: options.tier,
    prompt_tokens: options.promptTokens,
    at: options.at,
  };
  const price = priceReport(question, book, { aliases, notes: [] }, Date.now);
  if (price === undefined) {
    throw new SpendError(
      'INVALID_ARGUMENT',
      `No price is known for ${model} as asked: it would be reported as unpriced. An overrides file (--prices) can name one; "bedrock-spend prices" lists all that are known.`,
    );
  }
  console.log(options.json ? JSON.stringify(price, null, 2) : textFromPrice(price));
  return EXIT.ok;
}

function printPriceList(list: readonly Price[], { json }: OutputOptions): number {
  if (json) console.log(JSON.stringify(list, null, 2));
  else console.log(textFromPriceList(list));
  return EXIT.ok;
}

export async function runCall(
  tool: string,
  options: CallTarget & OutputOptions & { args: Record<string, unknown> },
): Promise<number> {
  if (tool === 'list') {
    for (const { name, description } of await listTools(options)) console.log(cleanText(`${name}\n  ${description}\n`));
    return EXIT.ok;
  }
  const result = await callTool(tool, options.args, options);
  console.log(options.json ? cleanJson(result.structuredContent ?? result.content) : cleanText(textFromResult(result)));
  return EXIT.ok;
}

interface ServeOptions extends SourceOptions {
  policy?: string;
  host?: string;
  port?: string;
  sessionIdleMinutes?: string;
  sessionTable?: string;
  getStream?: string;
  keys?: string;
  rateLimit?: string;
  allowedHosts?: string;
  allowedOrigins?: string;
}

export async function runServe(options: ServeOptions): Promise<number> {
  const dependencies = await composeFromOptions(options, readSetting('policy', options.policy));
  const access = await accessFromOptions(options, dependencies.log);
  const table = readSetting('sessionTable', options.sessionTable);
  const server = await startServer(
    {
      host: readSetting('host', options.host) as string,
      port: readSetting('port', options.port) as number,
      sessionIdleMinutes: readSetting('sessionIdleMinutes', options.sessionIdleMinutes) as number,
      store: table === undefined ? undefined : composeSessionStore(table),
      getStream: readSetting('getStream', options.getStream),
      access,
      allowedHosts: readSetting('allowedHosts', options.allowedHosts),
      allowedOrigins: readSetting('allowedOrigins', options.allowedOrigins),
    },
    dependencies,
  );
  const callers = access ? 'those who may' : 'anybody on this machine';
  console.error(
    `bedrock-spend answers ${callers} at ${server.url} from ${dependencies.engine.source}. Ctrl-C stops it.\nThe dashboard: ${new URL('/', server.url)}`,
  );
  await untilTerminated();
  await server.close();
  await dependencies.close();
  return EXIT.ok;
}

export async function runStdio(options: SourceOptions): Promise<number> {
  const dependencies = await composeFromOptions(options);
  const server = serveStdio(createServerFactory(dependencies), { onerror: (error) => dependencies.log(error.message) });
  await Promise.race([
    untilTerminated(),
    new Promise((resolve) => process.stdin.once('end', resolve).once('close', resolve)),
  ]);
  await server.close();
  await dependencies.close();
  return EXIT.ok;
}

function untilTerminated(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
