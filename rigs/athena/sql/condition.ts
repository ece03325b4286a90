import { QueryError } from '../query-error.ts';
import { type Node, placeOf } from './ast.ts';
import type { Environment } from './environment.ts';
import { nameOf } from './types.ts';

/** A boolean, as WHERE, ON and AND want it. */
export function condition(node: Node, environment: Environment, within: Node = node): string {
  const { sql, type } = environment.compile(node, environment);
  if (type.kind !== 'boolean' && type.kind !== 'unknown')
    throw new QueryError(
      'TYPE_MISMATCH',
      `${placeOf(within, environment.text)}: Logical expression term must evaluate to a boolean: actual type ${nameOf(type)}`,
    );
  return sql;
}
