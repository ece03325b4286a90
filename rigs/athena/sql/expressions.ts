/** A translated query, where DuckDB would do something else than Trino; all that is not known is refused. */
import { notImitated } from '../errors.ts';
import { FUNCTIONS } from './functions.ts';
import { call, castTo, constantOf, type Node } from './tree.ts';

/** Members of nodes of which we know what they say. The options of readTree leave out what says nothing. */
const MEMBERS = new Set(
  `class type alias query_location select_list from_table where_clause group_expressions group_sets having
  aggregate_handling cte_map map key value query node materialized modifiers orders null_order expression limit offset
  children function_name schema order_bys distinct is_operator column_names lhs expr child cast_type try_cast left right
  input lower upper case_checks when_expr then_expr else_expr relation_name condition join_type ref_type function
  column_name_alias subquery schema_name table_name catalog_name`.split(/\s+/),
);
/** The parameters of lambdas look like columns, or a row of them. */
const OPAQUE = new Set(['lhs', 'group_sets', 'cast_type']);
const CLASSES =
  /^(COLUMN_REF|FUNCTION|STAR|LAMBDA|CASE|CAST|COMPARISON|CONJUNCTION|BETWEEN|OPERATOR (COMPARE_(NOT_)?IN|OPERATOR_(TRY|COALESCE|NOT|IS_NULL|IS_NOT_NULL)))/;

/** @throws QueryError */
export function adjusted(node: Node): Node {
  if (node['class'] === 'CONSTANT') return constant(node);
  const parts = Object.entries(node).map(([member, part]) => [member, adjustedPart(node, member, part)]);
  const copy: Node = Object.fromEntries(parts);
  return copy['class'] ? expression(copy) : copy;
}

/** DuckDB writes the double 1e0 as 1.0, which is a decimal. */
function constant({ alias, ...node }: Node): Node {
  const { type } = node['value'];
  return type.id === 'DOUBLE' ? { ...castTo(node, type), alias } : { ...node, alias };
}

function adjustedPart(node: Node, member: string, part: unknown): unknown {
  if (!MEMBERS.has(member) && !(Array.isArray(part) && part.length === 0))
    throw notImitated(`${member} of ${node['type'] ?? 'this query'}`);
  if (member === 'group_sets' && node['group_sets'].length > 1) throw notImitated('several sets of groups');
  if (typeof part !== 'object' || part === null || OPAQUE.has(member) || 'rawJSON' in part) return part;
  if (Array.isArray(part)) return part.map((item) => (typeof item === 'string' ? item : adjusted(item)));
  // UNNEST within FROM is no function.
  return member === 'function' ? { ...part, children: (part as Node)['children'].map(adjusted) } : adjusted(part);
}

function expression(node: Node): Node {
  if (!CLASSES.test(`${node['class']} ${node['type']}`)) throw notImitated(`${node['type']}`);
  const { alias, ...inner } = node;
  const written = inner['class'] === 'FUNCTION' ? functionCall(inner) : inner['class'] === 'CAST' ? cast(inner) : inner;
  return alias === undefined ? written : { ...written, alias };
}

function functionCall(node: Node): Node {
  const name: string = node['function_name'];
  const become = FUNCTIONS[name];
  if (!become) throw notImitated(`the function ${name}`);
  return typeof become === 'string' ? { ...node, function_name: become } : become(node['children'] ?? [], node);
}

/** The casts that mean the same here, and those that a macro does: https://trino.io/docs/current/functions/conversion.html */
function cast(node: Node): Node {
  const { child, cast_type: type, try_cast: isTry } = node;
  const of = child.function_name ?? child.type;
  const isNull = child.value?.is_null;
  switch (
    type.id === 'LIST' ? `LIST ${type.type_info.child_type.type_info?.name ?? type.type_info.child_type.id}` : type.id
  ) {
    // A constant, as the parser of DuckDB writes true and false.
    case 'BOOLEAN':
      if (constantOf(child)) return node;
      break;
    case 'DOUBLE':
      if (isTry) return { ...node, child: call('trino_double', [child]) };
      break;
    // Halves are rounded otherwise, and texts read otherwise.
    case 'BIGINT':
      if (/^-?\d+$/.test(constantOf(child) ?? '') || of === 'round' || isWholeCast(child) || isNull) return node;
      break;
    case 'DECIMAL':
      if (!isTry && type.type_info.width === 38 && !type.type_info.scale) return node;
      break;
    case 'VARCHAR':
      if (of === 'uuid' || isNull) return node;
      break;
    case 'UNBOUND':
      if (type.type_info.name === 'JSON' && of === 'COLUMN_REF') return call('trino_json_object', [child]);
      break;
    case 'LIST JSON':
      if (isEmptyList(child)) return node;
      if (/^trino_json(_extract)?$/.test(of)) return call('trino_json_array', [child]);
      break;
    case 'LIST BIGINT':
      if (isEmptyList(child)) return node;
  }
  throw notImitated(`a cast of ${of} to ${type.id}`);
}

function isEmptyList({ function_name: name, children }: Node): boolean {
  return name === 'list_value' && children === undefined;
}

/** Our query casts texts to doubles, of which it has made sure that they are whole. */
function isWholeCast({ class: kind, cast_type: type }: Node): boolean {
  return kind === 'CAST' && type.id === 'DOUBLE';
}
