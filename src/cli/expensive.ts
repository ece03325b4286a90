import { readSetting } from '../config.ts';
import { jsonText, printableLine } from '../domain/printable.ts';
import { expensive, quoteExpensive } from '../reports/expensive/expensive.ts';
import { csvFromExpensive, textFromExpensive } from '../reports/expensive/render.ts';
import type { ExpensiveReport } from '../reports/expensive/schema.ts';
import { answer, type PeriodOptions } from './answer.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';

/** The most expensive requests, from this process or from a server. */
export async function runExpensive(options: PeriodOptions & { limit: number }): Promise<number> {
  const { from, to, where, limit } = options;
  const question = { from, to, where, limit, timezone: readSetting('timezone', options.timezone) };
  return answer(
    options,
    { name: 'find_expensive_invocations', input: question },
    {
      quote: (context) => quoteExpensive(question, context),
      report: (context) => expensive(question, context),
      read: async (data) => (await import('../reports/expensive/schema.ts')).expensiveSchema.parse(data),
      print: printExpensive,
    },
  );
}

function printExpensive(report: ExpensiveReport, { json, csv }: OutputOptions): number {
  if (json) console.log(jsonText(report));
  else process.stdout.write(csv ? csvFromExpensive(report) : textFromExpensive(report));
  if (json || csv) for (const note of report.notes) console.error(`Note: ${printableLine(note)}`);
  return EXIT.ok;
}
