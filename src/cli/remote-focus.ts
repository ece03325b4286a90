import { SpendError } from '../domain/errors.ts';
import { exactFromResult } from '../domain/exact-data.ts';
import { DAY_MS, isoFromMoment } from '../domain/period.ts';
import type { FocusRow } from '../reports/focus/columns.ts';
import type { FocusExport, FocusQuestion } from '../reports/focus/focus.ts';
import { type FocusPage, focusPageSchema } from '../reports/focus/schema.ts';
import { REMOTE_LIMIT } from './answer.ts';
import { type CallTarget, callTool } from './remote.ts';

/**
 * A whole export from what a server answered first, which gives so many charges at a time: charges are by UTC day, so a period
 * with more is asked for in halves.
 * @throws SpendError INVALID_ARGUMENT for a day with more charges than the server gives
 */
export async function exportFromPage(data: unknown, question: FocusQuestion, target: CallTarget): Promise<FocusExport> {
  const ask = async (part: FocusPage['period']) => {
    const input = { ...question, ...part, limit: REMOTE_LIMIT };
    return focusPageSchema.parse(exactFromResult(await callTool('export_focus', input, target)));
  };
  const first = focusPageSchema.parse(data);
  const rows = await rowsOf(first, ask);
  if (rows.length !== first.rows.length + first.omitted_rows)
    throw new SpendError('INVALID_PERIOD', 'Logs arrived during the export. Let it end, with --to, before today.');
  const { omitted_rows: _, ...sums } = first;
  return { ...sums, rows: rows as unknown as FocusRow[] };
}

/** A page's charges, and those it had no room for. */
async function rowsOf(
  { period, rows, omitted_rows }: FocusPage,
  ask: (part: FocusPage['period']) => Promise<FocusPage>,
): Promise<FocusPage['rows']> {
  if (omitted_rows === 0) return rows;
  const [from, to] = [Date.parse(period.from), Date.parse(period.to)];
  const middle = Math.floor((from + to) / 2 / DAY_MS) * DAY_MS;
  const cut = isoFromMoment(middle > from ? middle : middle + DAY_MS);
  if (Date.parse(cut) >= to)
    throw new SpendError(
      'INVALID_ARGUMENT',
      `${period.from.slice(0, 10)} has ${rows.length + omitted_rows} charges, more than the server gives at a time. Narrow it with --where, or export where the logs are read.`,
    );
  const halves = [
    { from: period.from, to: cut },
    { from: cut, to: period.to },
  ];
  const found: FocusPage['rows'][] = [];
  for (const half of halves) found.push(await rowsOf(await ask(half), ask));
  return found.flat();
}
