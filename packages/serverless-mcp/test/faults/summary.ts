import type { Counts } from './ledger.ts';
import type { SessionCounts } from './session-watch.ts';

/** What a run shows: a name, what came out, and, where there is one, what must have. */
export type SummaryLine = readonly [name: string, value: number | string, expected?: number];

/** What every run counts. */
export function countLines(report: Counts & SessionCounts): SummaryLine[] {
  const errors = Object.entries(report.errors).toSorted(([, one], [, other]) => other - one);
  return [
    ['calls', report.calls],
    ['results', report.results],
    ...errors.map(([why, count]) => [`  ${why}`, count] as const),
    ['notifications', report.notifications],
    ['streams resumed', report.resumptions],
    ['responses to server requests that hit a dead instance', report.lostResponses],
    ['lost sessions', report.lostSessions, 0],
    ['lost stream positions', report.lostPositions, 0],
    ['to the wrong client or call', report.wrong, 0],
    ['calls without an end', report.withoutEnd, 0],
    ['messages twice', report.duplicate, 0],
    ['notifications lost', report.lost, 0],
    ['notifications out of order', report.outOfOrder, 0],
  ];
}

/** Prints the lines as a table. @returns whether all expectations hold */
export function printSummary(title: string, lines: readonly SummaryLine[]): boolean {
  console.log(title);
  for (const [name, value, expected] of lines) {
    const verdict = expected === undefined ? '' : value === expected ? 'ok' : `EXPECTED ${expected}`;
    console.log(`  ${String(value).padStart(8)}  ${name}  ${verdict}`.trimEnd());
  }
  return lines.every(([, value, expected]) => expected === undefined || value === expected);
}
