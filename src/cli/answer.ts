import { exactFromResult } from '../domain/exact-data.ts';
import type { ReportContext } from '../reports/context.ts';
import { type ScanQuote, textFromQuote } from '../reports/quote.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';
import type { CallTarget } from './remote.ts';
import { withContext } from './session.ts';

export interface AnswerOptions extends CallTarget, OutputOptions {
  quote?: boolean;
}

export interface PeriodOptions extends AnswerOptions {
  from?: string;
  to?: string;
  where: string[];
  timezone?: string;
  limit?: number;
}

/** The tool that answers a question, for asking a server. */
interface ToolCall {
  name: string;
  input: Record<string, unknown>;
}

/** How a question is answered in this process, and what is done with an answer. */
interface Ways<Answer> {
  quote(context: ReportContext): Promise<ScanQuote>;
  report(context: ReportContext): Promise<Answer>;
  /** Checks what a server answered, and fetches what it had no room for. */
  read(data: unknown): Answer | Promise<Answer>;
  /** Returns the exit code. */
  print(answer: Answer, options: OutputOptions): number | Promise<number>;
}

/** Tools return at most this many rows; a local command has no limit. */
export const REMOTE_LIMIT = 1000;

/** A report or its quote, from this process or from the server at the URL, which is asked by its tool. */
export async function answer<Answer>(
  options: AnswerOptions,
  { name, input }: ToolCall,
  ways: Ways<Answer>,
): Promise<number> {
  const remote = async (more: object) => {
    const { callTool } = await import('./remote.ts');
    return exactFromResult(await callTool(name, { ...input, ...more }, options));
  };
  const remoteQuote = async () => {
    const { quoteSchema } = await import('../reports/quote-schema.ts');
    return quoteSchema.parse(((await remote({ quote: true })) as { quote?: unknown }).quote);
  };
  if (options.quote) {
    const quote = await (options.url === undefined
      ? withContext(options, ways.quote).then(({ result }) => result)
      : remoteQuote());
    process.stdout.write(options.json ? `${JSON.stringify(quote, null, 2)}\n` : textFromQuote(quote));
    return EXIT.ok;
  }
  const { result, isDamaged } =
    options.url === undefined ? await withContext(options, ways.report) : damageOf(await ways.read(await remote({})));
  const code = await ways.print(result, options);
  return code === EXIT.ok && isDamaged ? EXIT.damaged : code;
}

/** As a server's answer tells it. */
function damageOf<Answer>(result: Answer): { result: Answer; isDamaged: boolean } {
  const { coverage } = result as { coverage?: { damaged_files?: readonly string[] } };
  return { result, isDamaged: (coverage?.damaged_files ?? []).length > 0 };
}
