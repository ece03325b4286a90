/**
 * Which conditions keep objects from being read: conjuncts of WHERE that hold a partition column, or "$path", against
 * values that are known before anything is read.
 */
import { type Body, bodyOf, kindOf, type Node } from './ast.ts';
import { condition } from './condition.ts';
import type { Environment, Relation, Scan } from './environment.ts';

const COMPARISONS = ['eq', 'neq', 'lt', 'lte', 'gt', 'gte'];

/** Adds them to the readings that they are of. */
export function takeConditions(where: Node, environment: Environment): void {
  for (const conjunct of conjunctsOf(where)) {
    for (const { scan, alias } of environment.scope.relations) {
      if (!scan || !prunes(conjunct, { scan, alias }, environment)) continue;
      scan.conditions.push(condition(conjunct, environment));
      const fixed = fixedColumn(conjunct);
      if (fixed) scan.fixed.add(fixed);
    }
  }
}

function conjunctsOf(node: Node): Node[] {
  const body = bodyOf(node);
  if (kindOf(node) === 'and') return [...conjunctsOf(body['left']), ...conjunctsOf(body['right'])];
  return kindOf(node) === 'paren' ? conjunctsOf(body['this']) : [node];
}

type Target = Pick<Relation, 'alias'> & { scan: Scan };

function prunes(node: Node, target: Target, environment: Environment): boolean {
  const body = bodyOf(node);
  const kind = kindOf(node);
  if (kind === 'paren') return prunes(body['this'], target, environment);
  if (kind === 'and' || kind === 'or')
    return prunes(body['left'], target, environment) && prunes(body['right'], target, environment);
  const columns = columnsWithin(node);
  const isOwn = columns.length > 0 && columns.every((column) => isPartitionColumn(column, target, environment));
  if (!isOwn) return false;
  if (environment.pathPruning === 'any' && columns.every(({ name }) => nameOf(name) === '$path')) return true;
  if (columns.length !== 1) return false;
  if (COMPARISONS.includes(kind)) return isColumn(body['left']) || isColumn(body['right']);
  if (kind === 'in') return isColumn(body['this']) && !body['query'];
  if (kind === 'between') return isColumn(body['this']);
  return kind === 'like' && isColumn(body['left']) && isPrefix(body);
}

/** LIKE 'prefix%' is a range; Trino makes one of it. */
function isPrefix(like: Body): boolean {
  const { right } = like;
  return kindOf(right) === 'literal' && !like['escape'] && /^[^%_]+%?$/.test(bodyOf(right)['value']);
}

/** Of `column = value` and `column IN (…)`, which injected partition columns need. */
function fixedColumn(node: Node): string | undefined {
  const body = bodyOf(node);
  const isEquality = kindOf(node) === 'eq' || (kindOf(node) === 'in' && !body['not']);
  if (!isEquality) return undefined;
  const [column] = columnsWithin(node);
  return column && nameOf(column['name']);
}

function columnsWithin(node: unknown): Body[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([kind, body]) => {
    // A span has a column, too: of the text.
    if (kind === 'span') return [];
    return kind === 'column' ? [body as Body] : columnsWithin(body);
  });
}

function isColumn(node: Node): boolean {
  return kindOf(node) === 'column';
}

function nameOf(identifier: { name: string }): string {
  return identifier.name.toLowerCase();
}

function isPartitionColumn({ name, table }: Body, { scan, alias }: Target, environment: Environment): boolean {
  if (table && nameOf(table) !== alias) return false;
  const column = nameOf(name);
  const has = ({ columns }: Relation) => columns.some((candidate) => candidate.name === column);
  const owners = environment.scope.relations.filter(has);
  if (!table && (owners.length !== 1 || owners[0]?.scan !== scan)) return false;
  return column === '$path' || scan.table.partitionColumns.some((partition) => partition.name === column);
}
