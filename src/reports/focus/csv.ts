import { csvFromLines } from '../csv.ts';
import { FOCUS_COLUMNS, type FocusColumn, type FocusRow } from './columns.ts';

const COLUMNS = Object.keys(FOCUS_COLUMNS) as FocusColumn[];

/** The export as comma-separated values (RFC 4180); an empty cell is FOCUS’s null. */
export function csvFromFocus(rows: readonly FocusRow[]): string {
  return csvFromLines([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column] ?? ''))]);
}
