import { readSetting } from '../config.ts';
import { quoteCaching, reviewCaching } from '../reports/caching/caching.ts';
import { csvFromCaching, textFromCaching } from '../reports/caching/render.ts';
import { answer, type PeriodOptions, REMOTE_LIMIT } from './answer.ts';
import { printAnswer } from './output.ts';

/** What caching prompts saved and wasted, from this process or from a server. */
export function runCaching(options: PeriodOptions & { cacheShare: number }): Promise<number> {
  const { from, to, where, limit, cacheShare } = options;
  const asked = { from, to, where, timezone: readSetting('timezone', options.timezone) };
  const question = { ...asked, limit, cacheShare };
  return answer(
    options,
    { name: 'review_prompt_caching', input: { ...asked, cache_share: cacheShare, limit: limit ?? REMOTE_LIMIT } },
    {
      quote: (context) => quoteCaching(question, context),
      report: (context) => reviewCaching(question, context),
      read: async (data) => (await import('../reports/caching/schema.ts')).cachingSchema.parse(data),
      print: (report, form) => printAnswer(report, form, { text: textFromCaching, csv: csvFromCaching }),
    },
  );
}
