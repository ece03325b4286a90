/** Which objects belong to a table, and to which of its partitions. */
import type { Table } from '../catalog.ts';
import { QueryError } from '../query-error.ts';
import { readUri, type S3, type S3Object } from '../s3.ts';

export interface TableObject {
  object: S3Object;
  /** Of the partition columns. */
  partition: readonly string[];
}

/**
 * Projected partitions are never empty here: those without objects have nothing to read.
 * @throws QueryError where there is no such bucket
 */
export function objectsOf(table: Table, s3: S3, nowMs: number): TableObject[] {
  const { bucket, key: template } = readUri(table.location) ?? { bucket: '', key: '' };
  const fixedPrefix = template.split('${')[0] ?? '';
  const objects = s3.list(bucket, fixedPrefix);
  if (!objects) throw new QueryError('HIVE_FILESYSTEM_ERROR', `Failed to list directory: ${table.location}`);
  const { regex, columns } = locationPattern(table, template);
  return objects.flatMap((object) => {
    const found = regex.exec(object.key);
    if (!found || object.bytes.length === 0 || isHidden(object.key.slice(found[0].length))) return [];
    const partition = partitionOf(table, columns, found.slice(1), nowMs);
    return partition ? [{ object, partition }] : [];
  });
}

/** Files, and all in folders, whose names begin with _ or . : https://github.com/trinodb/trino/blob/master/plugin/trino-hive/src/main/java/io/trino/plugin/hive/fs/HiveFileIterator.java */
function isHidden(path: string): boolean {
  return path.split('/').some((part) => /^[_.]/.test(part)) || path === '' || path.endsWith('/');
}

function locationPattern({ projection }: Table, template: string): { regex: RegExp; columns: readonly string[] } {
  const columns: string[] = [];
  const source = template.split(/\$\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const column = projection.find(({ name }) => name === part.toLowerCase());
    if (!column)
      throw new QueryError(
        'INVALID_TABLE_PROPERTY',
        `storage.location.template names ${part}, which is no partition column`,
      );
    columns.push(column.name);
    return `(${column.pattern})`;
  });
  // A location is a folder, with or without its slash.
  return { regex: new RegExp(`^${source.join('').replace(/\/?$/, source.join('') ? '/' : '')}`), columns };
}

function partitionOf(
  { projection }: Table,
  columns: readonly string[],
  found: readonly string[],
  nowMs: number,
): string[] | undefined {
  const values = projection.map((column) => {
    const shown = found.filter((_, index) => columns[index] === column.name);
    const [value] = shown;
    const isOne = value !== undefined && shown.every((other) => other === value);
    return isOne && column.gives(value, nowMs) ? value : undefined;
  });
  return values.every((value) => value !== undefined) ? values : undefined;
}
