import { writeFile } from 'node:fs/promises';
import { SpendError } from '../domain/errors.ts';
import { displayUsd, usdFromText } from '../domain/money.ts';
import { printableLine } from '../domain/printable.ts';
import { FOCUS_COLUMNS, type FocusType } from '../reports/focus/columns.ts';
import { csvFromFocus } from '../reports/focus/csv.ts';
import { type FocusExport, focusExport, quoteFocus } from '../reports/focus/focus.ts';
import { type AnswerOptions, answer, REMOTE_LIMIT } from './answer.ts';
import { EXIT } from './exit.ts';

interface ExportOptions extends AnswerOptions {
  from?: string;
  to?: string;
  tag: string[];
  where: string[];
  output?: string;
}

/** Writes usage as FOCUS charges: CSV on stdout or in a file, or a Parquet file. */
export function runExportFocus(options: ExportOptions): Promise<number> {
  const { from, to, tag: tags, where, output } = options;
  const question = { from, to, tags, where };
  return answer(
    options,
    { name: 'export_focus', input: { ...question, limit: REMOTE_LIMIT } },
    {
      quote: (context) => quoteFocus(question, context),
      report: (context) => focusExport(question, context),
      read: async (data) => (await import('./remote-focus.ts')).exportFromPage(data, question, options),
      print: (result) => finish(result, output),
    },
  );
}

async function finish(result: FocusExport, output: string | undefined): Promise<number> {
  if (output === undefined) process.stdout.write(csvFromFocus(result.rows));
  else await writeExport(output, result);
  console.error(summaryOf(result, output));
  for (const note of result.notes) console.error(`Note: ${printableLine(note)}`);
  return EXIT.ok;
}

/** A decimal of this size holds any rate and any sum. */
const SQL_TYPES: Readonly<Record<FocusType, string>> = {
  string: 'VARCHAR',
  json: 'VARCHAR',
  decimal: 'DECIMAL(38, 18)',
  time: 'TIMESTAMP',
};

async function writeExport(file: string, { rows }: FocusExport): Promise<void> {
  const { writeWhole } = await import('./whole-file.ts');
  if (file.endsWith('.parquet')) {
    const { writeParquet } = await import('../exports/parquet.ts');
    const types = Object.entries(FOCUS_COLUMNS).map(([name, { type }]) => [name, SQL_TYPES[type]]);
    return writeWhole(file, (path) => writeParquet(path, Object.fromEntries(types), rows));
  }
  if (!file.endsWith('.csv'))
    throw new SpendError('INVALID_ARGUMENT', `--output ${file}: name a file that ends in .csv or .parquet.`);
  await writeWhole(file, (path) => writeFile(path, csvFromFocus(rows)));
}

function summaryOf({ rows, period, cost_usd, unpriced_rows }: FocusExport, file = 'stdout'): string {
  const unpriced = unpriced_rows > 0 ? `, ${unpriced_rows} of them unpriced` : '';
  return `${rows.length} charges${unpriced}, ${displayUsd(usdFromText(cost_usd))}, ${period.from} up to ${period.to}, to ${file}.`;
}
