import * as z from 'zod';
import { inTurns } from '../domain/steps.ts';
import type { Work } from '../engines/engine.ts';
import { shownFromReport } from '../reports/render.ts';
import type { Report } from '../reports/report.ts';
import { limitRows } from '../reports/usage/limit.ts';
import type { ToolAnswer } from './define-tool.ts';

/** For tools whose answer can be drawn. */
export const chartInput = z.boolean().default(false).describe('true: adds a chart, a PNG picture to show to people.');

/** As many rows of a report as asked for, and a picture of all rows. */
export async function chartedAnswer(
  report: Report,
  { chart, limit }: { chart: boolean; limit: number },
  exactly: (report: Report) => ToolAnswer['exact'],
  work: Work,
): Promise<ToolAnswer> {
  const limited = await inTurns(limitRows(report, limit), work);
  const answer = { shown: () => shownFromReport(limited), exact: exactly(limited) };
  if (!chart) return answer;
  // Drawing code is large: a server that is not asked for pictures never loads it.
  const { pngFromReport } = await import('../charts/png.ts');
  return { ...answer, images: [{ data: await pngFromReport(report, {}, work), mimeType: 'image/png' }] };
}
