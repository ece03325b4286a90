import { largestOf } from '../../domain/sums.ts';
import { cleanText } from './clean-text.ts';
import { type Span, styled } from './spans.ts';

const GAP = '  ';

/** Columns under headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): Span[] {
  const cells = rows.map((row) => row.map((cell) => cleanText(cell).replaceAll('\n', ' ')));
  const widths = headings.map((heading, column) =>
    largestOf([heading.length, ...cells.map((row) => (row[column] ?? '').length)]),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join(GAP)
      .trimEnd();
  return [styled('heading', line(headings)), ...cells.flatMap((row) => ['\n', line(row)])];
}

/** A tool's own text, with the headings and totals of the tables in it made to stand out. */
export function highlighted(text: string): Span[] {
  return text.split(/(\n{2,})/).flatMap((paragraph) => {
    const lines = paragraph.split('\n');
    return isTable(lines) ? join(lines.map((line, index) => tableLine(line, index))) : join(lines.map(plainLine));
  });
}

/** Three lines or more whose first two have gaps where columns part. */
function isTable([heading = '', first = '', ...rest]: readonly string[]): boolean {
  const columns = (line: string) => line.trim().split(/ {2,}/).length;
  return rest.length > 0 && columns(heading) > 1 && columns(first) > 1;
}

function tableLine(line: string, index: number): Span {
  if (index === 0) return styled('heading', line);
  return /^total\b/.test(line) ? styled('strong', line) : line;
}

function plainLine(line: string): Span {
  return /^(Note|Warning): /.test(line) ? styled('warning', line) : line;
}

function join(lines: readonly Span[]): Span[] {
  return lines.flatMap((line, index) => (index === 0 ? [line] : ['\n', line]));
}
