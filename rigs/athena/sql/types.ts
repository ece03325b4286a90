/** DuckDB makes numbers of texts by itself; Trino does not. The plan of DuckDB shows where. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { QueryError } from '../errors.ts';
import type { Node } from './tree.ts';

/** Types that Trino does not make of each other by itself: https://trino.io/docs/current/language/types.html */
const VARCHAR = /^(VARCHAR|CHAR|STRING_LITERAL)$/;
const INTEGER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|INTEGER_LITERAL)$/;
const KINDS = [VARCHAR, INTEGER, /^(DOUBLE|FLOAT)$/, /^DECIMAL$/, /^BOOLEAN$/];
const isForeign = (from: string, to: string) =>
  KINDS.some((kind) => kind.test(from)) &&
  KINDS.some((kind) => kind.test(to) && !kind.test(from)) &&
  ([from, to].some((type) => VARCHAR.test(type) || type === 'BOOLEAN') || (from === 'DECIMAL' && INTEGER.test(to)));

/** @throws QueryError */
export async function checkTypes(connection: DuckDBConnection, sql: string): Promise<void> {
  const reader = await connection.runAndReadAll(
    'SELECT json_serialize_plan($1::VARCHAR, skip_null := true, skip_empty := true, optimize := false)',
    [sql],
  );
  JSON.parse(reader.getRows()[0]?.[0] as string, (_, node) => {
    // DuckDB writes true as a cast of 't'.
    if (node?.expression_class === 'BOUND_CAST' && !node.try_cast && !/^[tf]$/.test(node.child.value?.value))
      checkCast(typeOf(node.child), typeOf(node));
    return node;
  });
}

function checkCast(from: string, to: string): void {
  if (isForeign(from, to))
    throw new QueryError('TYPE_MISMATCH', `${from} beside ${to} (rigs/athena does not know at which place)`);
}

function typeOf({ return_type: type, value }: Node): string {
  return String((type ?? value?.type)?.id);
}
