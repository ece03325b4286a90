import { DOUBT_CODES, DOUBTS } from '../../../domain/doubt.ts';
import { UNPRICED_CODES, UNPRICED_REASONS } from '../../../domain/unpriced.ts';
import type { FlatReport, ReportRow } from '../../../reports/report.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Drill } from './drill.tsx';
import { clean, compact, costOf, count, dollars, inputOf, share } from './text.ts';

interface BreakdownProps {
  report: FlatReport;
  onDrill: (value: string) => void;
}

/** What of the usage cost how much, most expensive first; each name leads deeper. */
export function Breakdown({ report, onDrill }: BreakdownProps) {
  const { by, rows, omitted } = report;
  const [dimension = ''] = by;
  if (rows.length === 0) return <p class="aside">No usage in this period with these filters.</p>;
  return (
    <>
      <DataTable
        name={`By ${dimension}`}
        columns={columnsOf(report, onDrill)}
        rows={rows}
        keyOf={({ key }) => key[dimension] ?? ''}
      />
      {omitted && (
        <p class="aside">
          {count(omitted.rows)} more rows with {dollars(omitted.cost_usd)} are not listed; they are in the totals.
        </p>
      )}
    </>
  );
}

/** Why the cost of how many invocations is not wholly known, in words. */
function reasonsOf({ unpriced_reasons: reasons = {} }: ReportRow): string[] {
  return UNPRICED_CODES.flatMap((code) =>
    reasons[code] ? [`${count(reasons[code])}: ${UNPRICED_REASONS[code].why}`] : [],
  );
}

/** What is in doubt about the prices of how many invocations, in words. */
function doubtsOf({ doubts = {} }: ReportRow): string[] {
  return DOUBT_CODES.flatMap((code) => (doubts[code] ? [`${count(doubts[code])} in doubt: ${DOUBTS[code]}`] : []));
}

/** The dollars, with the codes of what is in doubt about them. */
function costCell(row: ReportRow) {
  const codes = DOUBT_CODES.filter((code) => row.doubts?.[code]);
  return (
    <>
      {costOf(row)}
      {codes.length > 0 && <span class="doubt">{codes.join(', ')}</span>}
    </>
  );
}

function columnsOf({ by, totals }: FlatReport, onDrill: (value: string) => void): Column<ReportRow>[] {
  const [dimension = ''] = by;
  const partOf = (row: ReportRow) => share(row.cost_usd, totals.cost_usd);
  const name = (row: ReportRow) => (
    <>
      <Drill onChoose={() => onDrill(row.key[dimension] ?? '')}>{clean(row.key[dimension] ?? '')}</Drill>
      <span class="bar" style={{ width: `${partOf(row).width}%` }} />
    </>
  );
  return [
    { name: dimension, kind: 'name', cell: name },
    { name: 'cost', kind: 'strong number', cell: costCell, title: (row) => doubtsOf(row).join('; ') },
    { name: 'share', kind: 'number', cell: (row) => partOf(row).text },
    { name: 'invocations', kind: 'wide number', cell: (row) => count(row.invocations) },
    {
      name: 'input',
      kind: 'wide number',
      cell: (row) => compact(inputOf(row)),
      title: (row) => `${count(inputOf(row))} tokens, ${count(row.cache_read_tokens)} of them read from a cache`,
    },
    {
      name: 'output',
      kind: 'wide number',
      cell: (row) => compact(row.output_tokens),
      title: (row) => `${count(row.output_tokens)} tokens`,
    },
    {
      name: 'not known',
      kind: 'warning number',
      cell: (row) => (row.unpriced_invocations > 0 ? count(row.unpriced_invocations) : ''),
      title: (row) => reasonsOf(row).join('; '),
    },
  ];
}
