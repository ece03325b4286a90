import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Report, Table } from '../reports/report.ts';

/** How a command shows its report to eyes. */
export interface PictureOptions {
  /** File that the report is drawn into; its ending says how. */
  chart?: string;
  chartTheme?: 'light' | 'dark';
  /** Drawn with characters, in place of its tables. */
  plot?: boolean;
}

export function pictureOptions(): Option[] {
  return [
    new Option('--chart <file>', 'also draw the report into this file, .svg or .png').argParser(pictureFile),
    new Option('--chart-theme <theme>', 'colours of the chart; an .svg follows its reader’s screen without it').choices(
      ['light', 'dark'],
    ),
    new Option('--plot', 'draw bars, or columns over time, in place of the tables').conflicts(['json', 'csv']),
  ];
}

/** Before anything is read: a wrong ending is not to cost a scan. */
function pictureFile(file: string): string {
  if (['.svg', '.png'].includes(extname(file).toLowerCase())) return file;
  throw new InvalidArgumentError('Give a file that ends in .svg or .png.');
}

export async function writePicture(report: Report, { chart: file, chartTheme: theme }: PictureOptions): Promise<void> {
  if (file === undefined) return;
  const picture = await draw(report, file, theme);
  const { writeWhole } = await import('./whole-file.ts');
  await writeWhole(file, (path) => writeFile(path, picture));
  console.error(`Chart: ${file}`);
}

/** Drawing code is large: a command that draws nothing does not load it. */
async function draw(report: Report, file: string, theme: PictureOptions['chartTheme']): Promise<string | Uint8Array> {
  const choices = theme === undefined ? {} : { theme };
  if (extname(file).toLowerCase() === '.png') return (await import('../charts/png.ts')).pngFromReport(report, choices);
  return (await import('../charts/svg.ts')).svgFromReport(report, choices);
}

const COLUMNS_OF_FILES = 100;

/** Tables as characters, for `textFromReport`. */
export async function plotter(report: Report): Promise<(table: Table) => string> {
  const { drawingFromTable } = await import('../charts/terminal.ts');
  return (table) => drawingFromTable(table, report, process.stdout.columns ?? COLUMNS_OF_FILES);
}
