import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ComponentChildren;
  /** In full, where the cell is rounded. */
  title?: (row: Row) => string;
  /** `name` heads its row; `wide` gives way on a phone. */
  kind: 'name' | 'text' | 'number' | 'wide text' | 'wide number' | 'strong number' | 'warning number';
}

interface DataTableProps<Row> {
  /** For those who do not see what stands around it. */
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}

/** A table that may be longer or wider than the page wants: it scrolls, and the keyboard reaches it to scroll. */
export function DataTable<Row>({ name, columns, rows, keyOf }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1)
    <section class="scroll" tabIndex={0} aria-label={name}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={column.kind.replace(/^(strong|warning) /, '')}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <Cell key={column.name} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell<Row>({ column: { cell, kind, title }, row }: { column: Column<Row>; row: Row }) {
  if (kind === 'name') return <th scope="row">{cell(row)}</th>;
  return (
    <td class={kind} title={title?.(row)}>
      {cell(row)}
    </td>
  );
}
