import { csvFromReport, textFromReport } from '../reports/render.ts';
import { flatFromReport, type Report } from '../reports/report.ts';
import { type PictureOptions, plotter, writePicture } from './picture.ts';

/** Of a finished command. */
export const EXIT = { ok: 0, failure: 1, usage: 2, damaged: 3 } as const;

/** What a command prints on stdout; everything else goes to stderr. */
export interface OutputOptions extends PictureOptions {
  json?: boolean;
  csv?: boolean;
}

/** Prints a report in the asked form and draws it. Returns the exit code: files that could not be read are a failure of their own. */
export async function printReport(report: Report, options: OutputOptions): Promise<number> {
  const { json, csv, plot } = options;
  if (json) console.log(JSON.stringify(report.tables.length === 1 ? flatFromReport(report) : report, null, 2));
  else if (csv) process.stdout.write(csvFromReport(report));
  else process.stdout.write(textFromReport(report, plot ? await plotter(report) : undefined));
  if (json || csv) for (const note of report.notes) console.error(`Note: ${note}`);
  await writePicture(report, options);
  return report.coverage.damaged_files.length > 0 ? EXIT.damaged : EXIT.ok;
}
