import { readSetting } from '../config.ts';
import { type ChangeQuestion, explainChange } from '../reports/change/explain.ts';
import { quoteChange } from '../reports/change/quote.ts';
import { csvFromChange, textFromChange } from '../reports/change/render.ts';
import { type AnswerOptions, answer, REMOTE_LIMIT } from './answer.ts';
import { printAnswer } from './output.ts';

interface ExplainOptions extends AnswerOptions {
  from?: string;
  to?: string;
  compareFrom?: string;
  compareTo?: string;
  by?: string;
  where: string[];
  limit?: number;
  timezone?: string;
}

/** Why two periods cost differently. */
export function runExplain(options: ExplainOptions): Promise<number> {
  const { from, to, compareFrom: compare_from, compareTo: compare_to, by, where, limit } = options;
  const timezone = readSetting('timezone', options.timezone);
  const question: ChangeQuestion = { from, to, compare_from, compare_to, by, where, limit, timezone };
  const input = { ...question, limit: limit ?? REMOTE_LIMIT };
  return answer(
    options,
    { name: 'explain_spend_change', input },
    {
      quote: (context) => quoteChange(question, context),
      report: (context) => explainChange(question, context),
      read: async (data) => (await import('../reports/change/schema.ts')).changeSchema.parse(data),
      print: (report, form) => printAnswer(report, form, { text: textFromChange, csv: csvFromChange }),
    },
  );
}
