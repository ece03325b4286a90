import { csvValue } from './shown-value.ts';

/** Comma-separated values (RFC 4180). Measures stay numbers; everything else is a text to spreadsheets, whatever it begins with. */
export function csvFromLines(lines: readonly (readonly (string | number)[])[]): string {
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string | number): string {
  const text = typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(value) ? String(value) : csvValue(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
