/**
 * Athena's SQL as DuckDB's. A third party translates (https://github.com/tobilg/polyglot), DuckDB parses, and what of the
 * result DuckDB takes otherwise than Trino is replaced in the tree (functions.ts, expressions.ts).
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { transpile as polyglot } from '@polyglot-sql/sdk';
import { notImitated, QueryError } from '../query-error.ts';
import { adjusted } from './expressions.ts';
import { keepNames } from './functions.ts';
import { resolve, type Sources } from './scopes.ts';
import { type Node, readTree } from './tree.ts';

export type Translation = { sql: string[] } | { errorStart?: number };

/** The statements of a text, or where it is malformed. */
export function translate(text: string): Translation {
  const { success, sql } = transpile(keepNames(text));
  if (success && sql) return { sql };
  const { errorStart } = transpile(text);
  return errorStart === undefined ? {} : { errorStart };
}

function transpile(text: string) {
  // Names of dialects are an enumeration in the types alone.
  return polyglot(text, 'trino' as never, 'duckdb' as never, { unsupportedLevel: 'raise' });
}

/** The tree of a translated query, whose tables are scans. @throws QueryError */
export async function queryTree(connection: DuckDBConnection, sql: string, sources: Sources): Promise<Node> {
  const tree = await readTree(connection, sql);
  const [statement, ...others] = tree['statements'];
  if (others.length) throw notImitated('several statements');
  statement.node = adjusted(statement.node);
  resolve(statement.node, new Map(), sources);
  return tree;
}

/** Types that Trino does not make of each other by itself: https://trino.io/docs/current/language/types.html */
const VARCHAR = /^(VARCHAR|CHAR|STRING_LITERAL)$/;
const INTEGER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|INTEGER_LITERAL)$/;
const KINDS = [VARCHAR, INTEGER, /^(DOUBLE|FLOAT)$/, /^DECIMAL$/, /^BOOLEAN$/];
const isForeign = (from: string, to: string) =>
  KINDS.some((kind) => kind.test(from)) &&
  KINDS.some((kind) => kind.test(to) && !kind.test(from)) &&
  ([from, to].some((type) => VARCHAR.test(type) || type === 'BOOLEAN') || (from === 'DECIMAL' && INTEGER.test(to)));

/** DuckDB casts by itself where Trino refuses: its plan shows it. @throws QueryError */
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
