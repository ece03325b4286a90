import { displayUsd, textFromUsd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { sumByName } from '../../domain/sums.ts';
import { lackingTexts } from '../../domain/unpriced.ts';
import type { Report, Table } from '../report.ts';
import { lackingIn } from '../unknown-text.ts';

/** The first rows of each table. What is left out is said in the notes, and stays in the totals. */
export function limitRows(report: Report, limit: number | undefined): Report {
  if (limit === undefined) return report;
  const tables = report.tables.map((table) => cut(table, limit));
  return { ...report, tables, notes: [...tables.flatMap(omittedNote), ...report.notes] };
}

function cut(table: Table, limit: number): Table {
  const left = table.rows.slice(limit);
  if (left.length === 0) return table;
  const omitted = {
    rows: left.length,
    cost_usd: textFromUsd(left.reduce((sum, row) => sum.plus(usdFromText(row.cost_usd)), ZERO_USD)),
    unpriced_invocations: left.reduce((sum, row) => sum + row.unpriced_invocations, 0),
    unpriced_reasons: sumByName(left.map((row) => row.unpriced_reasons)),
  };
  return { ...table, rows: table.rows.slice(0, limit), omitted };
}

function omittedNote({ title, omitted }: Table): string[] {
  if (omitted === undefined) return [];
  const lacks = lackingTexts(lackingIn(omitted)).map((text) => ` and ${text}`);
  return [
    `${title}: ${omitted.rows} more rows with ${displayUsd(usdFromText(omitted.cost_usd))}${lacks.join('')} are left out here but are in the totals. Raise "limit", or narrow the question with a filter or a shorter period.`,
  ];
}
