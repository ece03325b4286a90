/** How functions are declared. */
import { notImitated, QueryError } from '../query-error.ts';
import { coerced } from './coerce.ts';
import type { Typed } from './environment.ts';
import type { NativeBody, Natives } from './natives.ts';
import { nameOf, type Type } from './types.ts';

export interface Call {
  name: string;
  args: readonly Typed[];
  /** The text of arguments that are literals. */
  literals: readonly (string | undefined)[];
  place: string;
  natives: Natives;
  nowMs: number;
}

export type Compile = (call: Call) => Typed;

/** @throws QueryError */
export function unexpected({ name, args, place }: Call): QueryError {
  const types = args.map(({ type }) => nameOf(type)).join(', ');
  return new QueryError('FUNCTION_NOT_FOUND', `${place}: Unexpected parameters (${types}) for function ${name}`);
}

/** Of fixed types, as SQL of DuckDB. The last `optional` parameters may be absent. */
export function sqlFunction(
  parameters: readonly Type[],
  result: Type,
  write: (...args: string[]) => string,
  optional = 0,
): Compile {
  return (call) => ({ sql: write(...argumentsOf(call, parameters, optional).map(({ sql }) => sql)), type: result });
}

/** Of fixed types, in JavaScript. */
export function nativeFunction(parameters: readonly Type[], result: Type, body: NativeBody, optional = 0): Compile {
  return (call) => ({
    sql: call.natives.call(call.name, argumentsOf(call, parameters, optional), result, body),
    type: result,
  });
}

export function argumentsOf(call: Call, parameters: readonly Type[], optional = 0): Typed[] {
  const { args } = call;
  if (args.length > parameters.length || args.length < parameters.length - optional) throw unexpected(call);
  return args.map((arg, index) => {
    const value = coerced(arg, parameters[index] as Type);
    if (!value) throw unexpected(call);
    return value;
  });
}

/** An argument that this double must know before the query runs. */
export function literalOf({ literals, name }: Call, index: number): string {
  const text = literals[index];
  if (text === undefined) throw notImitated(`${name} with an argument ${index + 1} that is no literal`);
  return text;
}
