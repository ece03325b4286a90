/** Which objects belong to a table, and to which of its partitions. */
import { notImitated } from '../errors.ts';
import { readUri, type S3, type S3Object } from '../s3.ts';
import type { Table } from '../statement/ddl.ts';

export interface TableObject {
  object: S3Object;
  /** Of the partition columns. */
  partition: readonly string[];
}

/** Projected partitions are never empty here: those without objects have nothing to read. */
export function objectsOf(table: Table, s3: S3, nowMs: number): TableObject[] {
  const { bucket, key: template } = readUri(table.location) ?? { bucket: '', key: '' };
  const regex = locationPattern(table, template);
  return s3.list(bucket, template.split('${')[0] ?? '').flatMap((object) => {
    const found = regex.exec(object.key);
    if (!found || object.bytes.length === 0 || isHidden(object.key.slice(found[0].length))) return [];
    const partition = found.slice(1);
    const isGiven = table.partitions.every(({ gives }, index) => gives(partition[index] as string, nowMs));
    return isGiven ? [{ object, partition }] : [];
  });
}

/** Files, and all in folders, whose names begin with _ or . : https://github.com/trinodb/trino/blob/master/plugin/trino-hive/src/main/java/io/trino/plugin/hive/fs/HiveFileIterator.java */
function isHidden(path: string): boolean {
  return path.split('/').some((part) => /^[_.]/.test(part)) || path === '' || path.endsWith('/');
}

/** A group for each partition column. */
function locationPattern({ partitions }: Table, template: string): RegExp {
  const names = [...template.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  if (String(names) !== String(partitions.map(({ name }) => name)))
    throw notImitated('a template that names its partition columns in another order');
  const source = template.split(/\$\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const groups = source.map((part, index) => (index === 0 ? part : `(${partitions[index - 1]?.pattern})${part}`));
  // A location is a folder, with or without its slash.
  return new RegExp(`^${groups.join('').replace(/\/?$/, '/')}`);
}
