import { type Body, type Node, only } from './ast.ts';

/** NULLs come last, whichever the direction, unless the query says otherwise. */
export function orderingOf(items: readonly Body[], sqlOf: (node: Node) => string): string {
  const written = items.map((item) => {
    only('ORDER BY', item, ['this', 'desc', 'nulls_first', 'explicit_asc']);
    return `${sqlOf(item['this'])} ${item['desc'] ? 'DESC' : 'ASC'} NULLS ${item['nulls_first'] === true ? 'FIRST' : 'LAST'}`;
  });
  return `ORDER BY ${written.join(', ')}`;
}
