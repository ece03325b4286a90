import type { FlatReport } from '../../../reports/report.ts';
import { Scroll } from './scroll.tsx';
import { clean, compact, costOf, count, dollars, inputOf, share } from './text.ts';

interface BreakdownProps {
  report: FlatReport;
  onDrill: (value: string) => void;
}

/** What of the usage cost how much, dearest first; each name leads deeper. */
export function Breakdown({ report: { by, rows, totals, omitted }, onDrill }: BreakdownProps) {
  const [dimension = ''] = by;
  if (rows.length === 0) return <p class="empty">No usage in this period with these filters.</p>;
  return (
    <Scroll name={`By ${dimension}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{dimension}</th>
            <th scope="col" class="number">
              cost
            </th>
            <th scope="col" class="number">
              share
            </th>
            <th scope="col" class="number wide">
              invocations
            </th>
            <th scope="col" class="number wide">
              input
            </th>
            <th scope="col" class="number wide">
              output
            </th>
            <th scope="col" class="number">
              unpriced
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const value = row.key[dimension] ?? '';
            const part = share(row.cost_usd, totals.cost_usd);
            return (
              <tr key={value}>
                <th scope="row">
                  <button type="button" class="drill" onClick={() => onDrill(value)} title="Only this">
                    {clean(value)}
                  </button>
                  <span class="bar" style={{ width: `${part.width}%` }} />
                </th>
                <td class="number strong">{costOf(row)}</td>
                <td class="number">{part.text}</td>
                <td class="number wide">{count(row.invocations)}</td>
                <td
                  class="number wide"
                  title={`${count(inputOf(row))} tokens, ${count(row.cache_read_tokens)} of them read from a cache`}
                >
                  {compact(inputOf(row))}
                </td>
                <td class="number wide" title={`${count(row.output_tokens)} tokens`}>
                  {compact(row.output_tokens)}
                </td>
                <td class="number warning">{row.unpriced_invocations > 0 ? count(row.unpriced_invocations) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {omitted && (
        <p class="aside">
          {count(omitted.rows)} more rows with {dollars(omitted.cost_usd)} are not listed; they are in the totals.
        </p>
      )}
    </Scroll>
  );
}
