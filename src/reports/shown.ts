import { printable, printableLine } from '../domain/printable.ts';
import { largestOf } from '../domain/sums.ts';
import type { ShownData } from './shown-schema.ts';
import { QUOTED_NOTE } from './shown-value.ts';

/**
 * A report as people and models read it: values from logs cleaned and cut, dollars and tokens as they are said. Text and the data
 * that tools answer by default are made from it. What is exact is the report itself.
 */
export interface ShownReport {
  blocks: readonly ShownBlock[];
  /** What the reader must know, each in a sentence or two. */
  notes: readonly string[];
}

/** Lines, or a table. */
export type ShownBlock = string | ShownTable;

export interface ShownTable {
  /** Stands above it. */
  title?: string;
  columns: readonly string[];
  /** So many of the first columns are names, to the left; the others are numbers, to the right. */
  names: number;
  rows: readonly (readonly string[])[];
  /** Sums, below the rows. */
  total?: readonly string[];
}

/** Puts a report together; empty blocks are left out. */
export function shownReport(blocks: readonly (ShownBlock | undefined)[], notes: readonly string[] = []): ShownReport {
  const given = blocks.filter((block) => block !== undefined && block !== '') as ShownBlock[];
  return { blocks: given, notes: [...(given.some(hasQuoted) ? [QUOTED_NOTE] : []), ...notes] };
}

/** Aligned text for a terminal or a model. */
export function textFromShown({ blocks, notes }: ShownReport): string {
  const parts = [
    ...blocks.map((block) => (typeof block === 'string' ? block : textFromTable(block))),
    ...(notes.length > 0 ? [notes.map((note) => `Note: ${printableLine(note)}`).join('\n')] : []),
  ];
  return `${parts.map(printable).join('\n\n')}\n`;
}

/** The same as data, for hosts that show the model a tool's data in place of its text. */
export function dataFromShown({ blocks, notes }: ShownReport): ShownData {
  const lines = blocks.filter((block) => typeof block === 'string');
  const tables = blocks.filter((block) => typeof block !== 'string');
  const line = (text: string) => printableLine(text.trim());
  return {
    lines: lines.flatMap((text) => text.split('\n').map(line)).filter(Boolean),
    tables: tables.map(({ title, columns, rows, total }) => ({
      ...(title === undefined ? {} : { title: line(title) }),
      columns: columns.map(line),
      rows: rows.map((row) => row.map(line)),
      ...(total === undefined ? {} : { total: total.map(line) }),
    })),
    notes: notes.map(line),
  };
}

/**
 * The same with as many rows as fit, of each table the same part; what is left out is said.
 * @param most characters of cells
 * @param advice what to do about it
 */
export function cutToLength(
  report: ShownReport,
  most: number,
  advice: string,
): { report: ShownReport; omitted: number } {
  const { blocks, notes } = report;
  const sizes = blocks.map((block) =>
    typeof block === 'string' ? 0 : block.rows.reduce((sum, row) => sum + sizeOf(row), 0),
  );
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  if (whole <= most) return { report, omitted: 0 };
  let omitted = 0;
  const cut = blocks.map((block, index) => {
    if (typeof block === 'string') return block;
    let left = ((sizes[index] ?? 0) * most) / whole;
    const rows = block.rows.filter((row) => {
      left -= sizeOf(row);
      return left >= 0;
    });
    omitted += block.rows.length - rows.length;
    return { ...block, rows };
  });
  const rows = omitted === 1 ? 'row does' : 'rows do';
  const more = `${omitted} more ${rows} not fit in this answer; sums have them. ${advice}`;
  return { report: { blocks: cut, notes: [more, ...notes] }, omitted };
}

// --- internal ---

const sizeOf = (row: readonly string[]) => row.reduce((sum, cell) => sum + cell.length + 3, 0);

/** What could be a sentence of somebody else's stands in quotes (shown-value.ts). */
function hasQuoted(block: ShownBlock): boolean {
  return typeof block !== 'string' && block.rows.some((row) => row.some((cell) => cell.startsWith('"')));
}

function textFromTable({ title, columns, names, rows, total }: ShownTable): string {
  const lines = [columns, ...rows, ...(total ? [total] : [])];
  const widths = columns.map((_, column) => largestOf(lines.map((cells) => (cells[column] ?? '').length)));
  const aligned = lines.map((cells) =>
    cells
      .map((cell, column) => (column < names ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [...(title === undefined ? [] : [title]), ...aligned].join('\n');
}
