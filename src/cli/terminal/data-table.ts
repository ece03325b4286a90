/** Data as comma-separated values: the rows of its first table, or itself as one row. Nested names are joined by dots. */
export function csvFromData(data: unknown): string {
  const rows = rowsOf(data).map((row) => flat(row));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
    .map((cells) => `${cells.map(csvCell).join(',')}\n`)
    .join('');
}

function rowsOf(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data;
  if (typeof data !== 'object' || data === null) return [{ value: data }];
  const tables: unknown[] = Object.values(data).filter(
    (value) =>
      Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null),
  );
  const [first] = tables as unknown[][];
  return first ?? [data];
}

function flat(value: unknown, path = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { [path || 'value']: typeof value === 'string' ? value : JSON.stringify(value ?? null) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) => flat(inner, path === '' ? name : `${path}.${name}`)),
  ) as Record<string, string>;
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
