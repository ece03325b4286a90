import { displayUsd, textFromUsd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import { each, type Steps } from '../../domain/steps.ts';
import { sumByName } from '../../domain/sums.ts';
import { lackingTexts, type UnpricedCounts } from '../../domain/unpriced.ts';
import type { Report, Table } from '../report.ts';
import { lackingIn } from '../unknown-text.ts';

/** The first rows of each table. What is left out is said in the notes, and stays in the totals. */
export function* limitRows(report: Report, limit: number | undefined): Steps<Report> {
  if (limit === undefined) return report;
  const tables: Table[] = [];
  for (const table of report.tables) tables.push(yield* cut(table, limit));
  return { ...report, tables, notes: [...tables.flatMap(omittedNote), ...report.notes] };
}

function* cut(table: Table, limit: number): Steps<Table> {
  const left = table.rows.slice(limit);
  if (left.length === 0) return table;
  let cost = ZERO_USD;
  let unpriced = 0;
  let reasons: UnpricedCounts = {};
  yield* each(left, (row) => {
    cost = cost.plus(usdFromText(row.cost_usd));
    unpriced += row.unpriced_invocations;
    if (row.unpriced_reasons) reasons = sumByName([reasons, row.unpriced_reasons]);
  });
  const omitted = {
    rows: left.length,
    cost_usd: textFromUsd(cost),
    unpriced_invocations: unpriced,
    unpriced_reasons: reasons as Record<string, number>,
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
