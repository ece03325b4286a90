import { costText } from '../../../charts/labels.ts';
import { stackFromTable } from '../../../charts/stack.ts';
import type { FlatReport } from '../../../reports/report.ts';
import { Scroll } from './scroll.tsx';

interface TimeTableProps {
  report: FlatReport;
  onChoose: (column: number) => void;
}

/** The chart in words, for the keyboard and for those who do not see it. */
export function TimeTable({ report, onChoose }: TimeTableProps) {
  const { by, bars } = stackFromTable({ title: '', ...report }, report.period, { bars: 1, layers: 1, times: 1000 });
  return (
    <Scroll name={`Spend per ${by}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{by}</th>
            <th scope="col" class="number">
              cost
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ label, cost, unpriced }, column) => (
            <tr key={label}>
              <th scope="row">
                <button type="button" class="drill" onClick={() => onChoose(column)} title="Only this">
                  {label}
                </button>
              </th>
              <td class="number">{costText(cost, unpriced)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
