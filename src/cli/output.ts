import { jsonText, printableLine } from '../domain/printable.ts';
import { flatFromReport } from '../reports/flat-report.ts';
import { csvFromReport, textFromReport } from '../reports/render.ts';
import type { Report } from '../reports/report.ts';
import { EXIT } from './exit.ts';
import { type PictureOptions, plotter, writePicture } from './picture.ts';

/** What a command prints on stdout; everything else goes to stderr. */
export interface OutputOptions extends PictureOptions {
  json?: boolean;
  csv?: boolean;
}

/** Prints a report in the asked form and draws it. Returns the exit code. */
export async function printReport(report: Report, options: OutputOptions): Promise<number> {
  const draw = options.plot ? await plotter(report) : undefined;
  const code = printAnswer(report, options, {
    json: () => (report.tables.length === 1 ? flatFromReport(report) : report),
    csv: csvFromReport,
    text: () => textFromReport(report, draw),
  });
  await writePicture(report, options);
  return code;
}

/** Prints an answer in the asked form. Returns the exit code. */
export function printAnswer<Answer extends Pick<Report, 'notes'>>(
  answer: Answer,
  { json, csv }: OutputOptions,
  forms: { json?(answer: Answer): unknown; csv(answer: Answer): string; text(answer: Answer): string },
): number {
  if (json) console.log(jsonText(forms.json?.(answer) ?? answer));
  else process.stdout.write(csv ? forms.csv(answer) : forms.text(answer));
  if (json || csv) for (const note of answer.notes) console.error(`Note: ${printableLine(note)}`);
  return EXIT.ok;
}
