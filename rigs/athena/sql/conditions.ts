/** The conditions of a WHERE that say which objects are read: those on partition columns and "$path" alone. */
import type { Assumptions } from '../assumptions.ts';
import { PATH, type Relation, type Scan } from './scopes.ts';
import { constantOf, type Node, partsOf } from './tree.ts';

export function takeConditions(
  where: Node | undefined,
  relations: readonly Relation[],
  pathPruning: Assumptions['pathPruning'],
): void {
  for (const condition of where ? conjunctsOf(where) : []) {
    const columns = columnsOf(condition).map((names) => knownColumn(names, relations));
    const [first] = columns;
    if (!first || columns.some((column) => column?.scan !== first.scan)) continue;
    const isOfPath = columns.every((column) => column?.name === PATH);
    if (!isRange(condition) && !(isOfPath && pathPruning === 'any')) continue;
    first.scan.conditions.push(condition);
    if (/^COMPARE_(EQUAL|IN)$/.test(condition['type'])) first.scan.fixed.add(first.name);
  }
}

function conjunctsOf(node: Node): Node[] {
  return node['type'] === 'CONJUNCTION_AND' ? node['children'].flatMap(conjunctsOf) : [node];
}

function columnsOf(node: Node): string[][] {
  return node['class'] === 'COLUMN_REF' ? [node['column_names']] : partsOf(node).flatMap(columnsOf);
}

/** A column whose value is known before its object is read. */
function knownColumn(
  names: readonly string[],
  relations: readonly Relation[],
): { scan: Scan; name: string } | undefined {
  const name = names.at(-1)?.toLowerCase() ?? '';
  const isOf = ({ alias, columns }: Relation) =>
    names.length > 1 ? names.length === 2 && alias === names[0]?.toLowerCase() : columns.includes(name);
  const scan = relations.find(isOf)?.scan;
  const isKnown = name === PATH || scan?.table.partitionColumns.some((column) => column.name === name);
  return scan && isKnown ? { scan, name } : undefined;
}

/** What Trino's TupleDomain holds: https://github.com/trinodb/trino/blob/master/core/trino-spi/src/main/java/io/trino/spi/predicate/TupleDomain.java */
function isRange(node: Node): boolean {
  const { class: kind, type, children = [] } = node;
  const isColumn = (part: Node) => part['class'] === 'COLUMN_REF';
  const isConstant = (part: Node) => constantOf(part) !== undefined;
  if (kind === 'CONJUNCTION') return children.every(isRange);
  if (kind === 'COMPARISON')
    return [node['left'], node['right']].some(isColumn) && [node['left'], node['right']].some(isConstant);
  if (kind === 'BETWEEN') return isColumn(node['input']) && isConstant(node['lower']) && isConstant(node['upper']);
  const [first, ...rest] = children;
  if (type === 'COMPARE_IN') return isColumn(first) && rest.every(isConstant);
  return node['function_name'] === '~~' && isColumn(first) && /^[^%_]+%$/.test(constantOf(rest[0]) ?? '');
}
