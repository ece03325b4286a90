import { readSetting } from '../config.ts';
import { csvFromWaste, textFromWaste } from '../reports/waste/render.ts';
import { findWaste, quoteWaste } from '../reports/waste/waste.ts';
import { answer, type PeriodOptions, REMOTE_LIMIT } from './answer.ts';
import { printAnswer } from './output.ts';

/** Spend that brought little or nothing, from this process or from a server. */
export function runWaste(options: PeriodOptions & { promptAtLeast: number; outputAtMost: number }): Promise<number> {
  const { from, to, where, limit, promptAtLeast, outputAtMost } = options;
  const asked = { from, to, where, timezone: readSetting('timezone', options.timezone) };
  const question = { ...asked, limit, promptAtLeast, outputAtMost };
  const sizes = { prompt_at_least: promptAtLeast, output_at_most: outputAtMost };
  return answer(
    options,
    { name: 'find_wasted_spend', input: { ...asked, ...sizes, limit: limit ?? REMOTE_LIMIT } },
    {
      quote: (context) => quoteWaste(question, context),
      report: (context) => findWaste(question, context),
      read: async (data) => (await import('../reports/waste/schema.ts')).wasteSchema.parse(data),
      print: (report, form) => printAnswer(report, form, { text: textFromWaste, csv: csvFromWaste }),
    },
  );
}
