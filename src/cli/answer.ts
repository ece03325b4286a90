import type { ReportContext } from '../reports/context.ts';
import { quoteSchema, type ScanQuote, textFromQuote } from '../reports/quote.ts';
import { EXIT, type OutputOptions } from './output.ts';
import { type CallTarget, callTool } from './remote.ts';
import { withContext } from './session.ts';

export interface PeriodOptions extends CallTarget, OutputOptions {
  from?: string;
  to?: string;
  where: string[];
  timezone?: string;
  limit?: number;
  quote?: boolean;
}

/** A report or its quote, from this process or from the server at the URL, which is asked by its tool. */
export async function answer<Report>(
  options: CallTarget & OutputOptions & { quote?: boolean },
  { name, input }: { name: string; input: Record<string, unknown> },
  ways: {
    quote(context: ReportContext): Promise<ScanQuote>;
    report(context: ReportContext): Promise<Report>;
    read(data: unknown): Report;
    print(report: Report, options: OutputOptions): number;
  },
): Promise<number> {
  const remote = async (more: object) => (await callTool(name, { ...input, ...more }, options)).structuredContent;
  if (options.quote) {
    const quote =
      options.url === undefined
        ? await withContext(options, ways.quote)
        : quoteSchema.parse(((await remote({ quote: true })) as { quote?: unknown }).quote);
    console.log(options.json ? JSON.stringify(quote, null, 2) : textFromQuote(quote));
    return EXIT.ok;
  }
  const report = options.url === undefined ? await withContext(options, ways.report) : ways.read(await remote({}));
  return ways.print(report, options);
}
