import { costText } from '../../../charts/labels.ts';
import type { Bar } from '../../../charts/stack.ts';
import type { FlatReport } from '../../../reports/report.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Drill } from './drill.tsx';
import { stackOf } from './stack-of.ts';

interface TimeTableProps {
  report: FlatReport;
  onChoose: (column: number) => void;
}

/** The chart in words, for the keyboard and for those who do not see it. */
export function TimeTable({ report, onChoose }: TimeTableProps) {
  const { by, bars } = stackOf(report);
  const columns: Column<Bar>[] = [
    { name: by, kind: 'name', cell: (bar) => <Drill onChoose={() => onChoose(bars.indexOf(bar))}>{bar.label}</Drill> },
    { name: 'cost', kind: 'number', cell: ({ cost, lacking }) => costText(cost, lacking) },
  ];
  return <DataTable name={`Spend per ${by}`} columns={columns} rows={bars} keyOf={({ label }) => label} />;
}
