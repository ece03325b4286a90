/** The conditions of a WHERE that say which objects are read: those on partition columns and "$path" alone. */
import type { Assumptions } from '../assumptions.ts';
import { notImitated } from '../errors.ts';
import { constantOf, type Node, partsOf } from './tree.ts';

/** The hidden column of where an object lies. */
export const PATH = '$path';

export interface Condition {
  column: string;
  /** Whether it compares the column with values alone. */
  fixes: boolean;
  holds(value: string): boolean;
}

/** @param known columns whose values are known before an object is read @throws QueryError */
export function conditionsOf(
  where: Node | undefined,
  known: readonly string[],
  pathPruning: Assumptions['pathPruning'],
): Condition[] {
  return (where ? conjunctsOf(where) : []).flatMap((conjunct) => {
    const columns = columnsOf(conjunct);
    if (columns.length === 0 || !columns.every((column) => known.includes(column))) return [];
    const condition = conditionOf(conjunct, columns[0] as string);
    const isLike = conjunct['function_name'] === '!~~';
    return isLike && pathPruning === 'domain' ? [] : [condition];
  });
}

function conjunctsOf(node: Node): Node[] {
  return node['type'] === 'CONJUNCTION_AND' ? node['children'].flatMap(conjunctsOf) : [node];
}

function columnsOf(node: Node): string[] {
  return node['class'] === 'COLUMN_REF'
    ? [node['column_names'].at(-1).toLowerCase()]
    : partsOf(node).flatMap(columnsOf);
}

/** Of the forms that our queries have. The first two are ranges of Trino's TupleDomain. */
function conditionOf(node: Node, column: string): Condition {
  const { type, children = [], input, lower, upper, function_name: name } = node;
  const [first, ...rest] = children;
  const isColumn = (part: Node | undefined) => part?.['class'] === 'COLUMN_REF';
  const values = [...rest, lower, upper].filter(Boolean).map(constantOf);
  const [least = '', most = ''] = values;
  if (values.every((value) => value !== undefined)) {
    if (type === 'COMPARE_IN' && isColumn(first))
      return { column, fixes: true, holds: (value) => values.includes(value) };
    if (node['class'] === 'BETWEEN' && isColumn(input))
      return { column, fixes: false, holds: (value) => value >= least && value <= most };
    if (name === '!~~' && column === PATH && isColumn(first))
      return { column, fixes: false, holds: (value) => !likePattern(least).test(value) };
  }
  throw notImitated('conditions on partition columns but IN, BETWEEN and "$path" NOT LIKE');
}

function likePattern(like: string): RegExp {
  const source = like
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('_', '.')
    .replaceAll('%', '.*');
  return new RegExp(`^${source}$`, 's');
}
