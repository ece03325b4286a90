import { jsonText, printableLine } from '../domain/printable.ts';
import { csvFromReport, textFromReport } from '../reports/render.ts';
import { flatFromReport, type Report } from '../reports/report.ts';

/** Of a finished command. */
export const EXIT = { ok: 0, failure: 1, usage: 2, damaged: 3 } as const;

/** What a command prints on stdout; everything else goes to stderr. */
export interface OutputOptions {
  json?: boolean;
  csv?: boolean;
}

/** Prints a report in the asked form. Returns the exit code: files that could not be read are a failure of their own. */
export function printReport(report: Report, { json, csv }: OutputOptions): number {
  if (json) console.log(jsonText(report.tables.length === 1 ? flatFromReport(report) : report));
  else process.stdout.write(csv ? csvFromReport(report) : textFromReport(report));
  if (json || csv) for (const note of report.notes) console.error(`Note: ${printableLine(note)}`);
  return report.coverage.damaged_files.length > 0 ? EXIT.damaged : EXIT.ok;
}
