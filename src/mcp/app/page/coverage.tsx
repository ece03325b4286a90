import type { FlatReport } from '../../../reports/report.ts';
import { Notes } from './notes.tsx';
import { clean, count, minute } from './text.ts';

/** What the numbers stand on, and what is missing in them. */
export function Coverage({ report: { coverage, notes } }: { report: FlatReport }) {
  const { records, duplicates, malformed, damaged_files: damaged, data_from: first, data_to: last } = coverage;
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">What these numbers stand on</h2>
      <p>
        {count(records)} log records of {clean(coverage.source)}
        {duplicates > 0 && `, ${count(duplicates)} of them parts of one request`}
        {first && last && `; first ${minute(first)}, last ${minute(last)} (UTC)`}.{' '}
        {malformed > 0 && <strong class="warning">{count(malformed)} malformed lines left out. </strong>}
        {damaged.length > 0 && <strong class="warning">{count(damaged.length)} damaged files left out. </strong>}
      </p>
      <Notes notes={notes} />
    </section>
  );
}
