/** DuckDB's own trees of queries: https://duckdb.org/docs/current/data/json/sql_to_and_from_json */
import type { DuckDBConnection } from '@duckdb/node-api';
import { notImitated } from '../errors.ts';
import { parseJson, rawJSON } from '../json.ts';

// biome-ignore lint/suspicious/noExplicitAny: of many kinds; what is not known of them is refused (expressions.ts)
export type Node = Record<string, any>;

const OPTIONS = 'skip_null := true, skip_default := true';

/** The only statement of a text. @throws QueryError */
export async function readTree(connection: DuckDBConnection, sql: string): Promise<Node> {
  const reader = await connection.runAndReadAll(`SELECT json_serialize_sql($1::VARCHAR, ${OPTIONS})`, [sql]);
  // Numbers keep all their digits, and 1.0 its point.
  const asWritten = (source: string, value: number) => (String(value) === source ? value : rawJSON(source));
  const tree = parseJson(reader.getRows()[0]?.[0] as string, asWritten) as Node;
  if (tree['error']) throw notImitated(`this statement: DuckDB says ${tree['error_message']} of ${sql}`);
  return tree;
}

export async function writeTree(connection: DuckDBConnection, tree: Node): Promise<string> {
  const reader = await connection.runAndReadAll('SELECT json_deserialize_sql($1::JSON)', [JSON.stringify(tree)]);
  return reader.getRows()[0]?.[0] as string;
}

export function call(name: string, children: readonly Node[]): Node {
  return { class: 'FUNCTION', type: 'FUNCTION', function_name: name, children, order_bys: { type: 'ORDER_MODIFIER' } };
}

export function operator(name: string, children: readonly Node[]): Node {
  return { ...call(name, children), is_operator: true };
}

export function castTo(child: Node, type: Node): Node {
  return { class: 'CAST', type: 'OPERATOR_CAST', child, cast_type: type };
}

export function column(names: readonly string[], alias: string): Node {
  return { class: 'COLUMN_REF', type: 'COLUMN_REF', alias, column_names: names };
}

/** A constant's value as text; undefined of what is none. */
export function constantOf({ class: kind, value }: Node): string | undefined {
  if (kind !== 'CONSTANT' || value.is_null) return undefined;
  return typeof value.value === 'object' ? value.value.rawJSON : String(value.value);
}

/** The nodes and lists within a node. */
export function partsOf(node: Node): Node[] {
  return Object.values(node).filter((part) => typeof part === 'object' && part !== null);
}
