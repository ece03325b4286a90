import { MAX_RECORD_BYTES } from '../json-values.ts';
import { Unreadable } from '../unreadable.ts';
import { addColumn, type Columns } from './format.ts';
import { MESSAGE_COLUMN } from './insights.ts';

const QUOTE = 34;
const COMMA = 44;
const CARRIAGE_RETURN = 13;
const LINE_FEED = Buffer.from('\n');
const AT_SIGN = 64;
const OPEN_OBJECT = 123;

/** Columns that hold the record: of Logs Insights, of Splunk, of Elastic and others. */
const MESSAGE_COLUMNS = [MESSAGE_COLUMN, '_raw', 'event.original', 'message', 'Message'];

/** Columns that a query over records has; with them a first line is one of names. */
const RECORD_COLUMNS = ['schemaType', 'modelId', 'requestId', 'accountId', 'operation', 'identity.arn'];

/** A name is never longer; nothing longer is looked at. */
const MOST_HEADER_BYTES = 8 * 1024;

/**
 * The place of the column that has the record, in the first line of a CSV file, or -1 when there is none and the columns are noted.
 * Undefined when that line is none of column names.
 */
export function messageColumn(line: Buffer, columns: Columns): number | undefined {
  // Names have no braces, but a record has cells that look like names.
  if (line.length > MOST_HEADER_BYTES || line.includes(OPEN_OBJECT)) return undefined;
  const cells = allCells(line);
  const isOneOf = (cell: Buffer, names: readonly string[]) => names.some((name) => cell.equals(Buffer.from(name)));
  const found = MESSAGE_COLUMNS.map((name) => cells.findIndex((cell) => isOneOf(cell, [name]))).find((at) => at >= 0);
  const isHeader = cells.some((cell) => cell[0] === AT_SIGN || isOneOf(cell, RECORD_COLUMNS));
  if (found === undefined && !isHeader) return undefined;
  for (const cell of cells) addColumn(columns, cell);
  return found ?? -1;
}

export interface CsvRows {
  /** Reads a line without its line feed, or the next part of one. @throws Unreadable for a row too long to be one */
  push(bytes: Buffer): void;
  endLine(): void;
  /** @throws Unreadable when the last row did not end */
  end(): void;
}

/** Reads rows: cells in quotes may hold commas, doubled quotes and line feeds. @param take gets the cell of that column of each row */
export function createCsvRows(column: number, take: (cell: Buffer) => void): CsvRows {
  let parts: Buffer[] = [];
  let length = 0;
  let isInQuotes = false;

  function hold(bytes: Buffer): void {
    parts.push(bytes);
    length += bytes.length;
    if (length > MAX_RECORD_BYTES)
      throw new Unreadable('it has a row of more than 64 MB: some quotation mark in it was not closed');
  }

  return {
    push(bytes) {
      for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) isInQuotes = !isInQuotes;
      // Copied: the bytes may be overwritten before the row ends.
      hold(Buffer.from(bytes));
    },
    endLine() {
      if (isInQuotes) {
        hold(LINE_FEED);
        return;
      }
      const row = Buffer.concat(parts);
      parts = [];
      length = 0;
      if (row.some((byte) => byte > 32)) take(cellAt(row, column));
    },
    end() {
      if (isInQuotes) throw new Unreadable('it ends within a cell in quotes: it was cut short');
    },
  };
}

function allCells(row: Buffer): Buffer[] {
  const cells: Buffer[] = [];
  for (let start = 0; start <= row.length; start = cellEnd(row, start) + 1) cells.push(cellFrom(row, start));
  return cells;
}

/** Cells before it are stepped over, not copied. */
function cellAt(row: Buffer, column: number): Buffer {
  let start = 0;
  for (let passed = 0; passed < column; passed++) start = cellEnd(row, start) + 1;
  return start > row.length ? Buffer.alloc(0) : cellFrom(row, start);
}

/** The comma after a cell, or the end of the row. */
function cellEnd(row: Buffer, start: number): number {
  const comma = row.indexOf(COMMA, row[start] === QUOTE ? quotesEnd(row, start) : start);
  return comma < 0 ? row.length : comma;
}

/** The byte after the closing quotation mark; inside, each is doubled. */
function quotesEnd(row: Buffer, start: number): number {
  let at = row.indexOf(QUOTE, start + 1);
  while (at >= 0 && row[at + 1] === QUOTE) at = row.indexOf(QUOTE, at + 2);
  return at < 0 ? row.length : at + 1;
}

function cellFrom(row: Buffer, start: number): Buffer {
  if (row[start] !== QUOTE) {
    const end = cellEnd(row, start);
    return row.subarray(start, end === row.length && row[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
  }
  const end = quotesEnd(row, start) - 1;
  const cell = Buffer.allocUnsafe(Math.max(0, end - start - 1));
  let length = 0;
  for (let at = start + 1; at < end; at++) {
    const byte = row[at] as number;
    cell[length++] = byte;
    if (byte === QUOTE) at++;
  }
  return cell.subarray(0, length);
}
