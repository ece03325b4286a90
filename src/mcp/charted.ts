import * as z from 'zod';
import { textFromReport } from '../reports/render.ts';
import type { Report } from '../reports/report.ts';
import { limitRows } from '../reports/usage/limit.ts';
import type { ToolAnswer } from './define-tool.ts';

/** For tools whose answer can be drawn. */
export const chartInput = z.boolean().default(false).describe('true: adds a chart, a PNG picture to show to people.');

/** A report as text and data, as many rows as asked for; and as a picture of all rows. */
export async function chartedAnswer(
  report: Report,
  { chart, limit }: { chart: boolean; limit: number },
  dataOf: (report: Report) => ToolAnswer['data'],
): Promise<ToolAnswer> {
  const shown = limitRows(report, limit);
  const answer = { text: textFromReport(shown), data: dataOf(shown) };
  if (!chart) return answer;
  // Drawing code is large: a server that is not asked for pictures never loads it.
  const { pngFromReport } = await import('../charts/png.ts');
  return { ...answer, images: [{ data: await pngFromReport(report), mimeType: 'image/png' }] };
}
