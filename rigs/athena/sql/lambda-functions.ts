/** Functions whose arguments are functions: https://trino.io/docs/current/functions/lambda.html */
import { notImitated, QueryError } from '../query-error.ts';
import { type Body, bodyOf, kindOf, type Node, placeOf } from './ast.ts';
import { castSql, coerced } from './coerce.ts';
import type { Environment, Typed } from './environment.ts';
import { BOOLEAN, commonType, type Type } from './types.ts';

type Compile = (args: readonly Node[], environment: Environment) => Typed;

export const LAMBDA_FUNCTIONS: Readonly<Record<string, Compile>> = {
  transform: (args, environment) => {
    const array = arrayAt(args, environment);
    const { sql, type } = lambda(args[1], [array.element], environment);
    return { sql: `list_transform(${array.sql}, ${sql})`, type: { kind: 'array', element: type } };
  },
  filter: (args, environment) => {
    const array = arrayAt(args, environment);
    return {
      sql: `list_filter(${array.sql}, ${condition(args[1], [array.element], environment)})`,
      type: { kind: 'array', element: array.element },
    };
  },
  any_match: matching((matches) => `list_bool_or(${matches})`, false),
  all_match: matching((matches) => `list_bool_and(${matches})`, true),
  none_match: matching((matches) => `NOT list_bool_or(${matches})`, true),
  map_filter: (args, environment) => {
    const map = environment.compile(args[0] as Node, environment);
    if (map.type.kind !== 'map') throw notImitated('map_filter of another type than a map');
    // A map's entries as rows: DuckDB has no lambda of two parameters over maps.
    const entry = environment.newName();
    const parameters = [`${entry}.key`, `${entry}.value`];
    const body = lambdaBody(args[1], [map.type.key, map.type.value], environment, parameters);
    return {
      sql: `map_from_entries(list_filter(map_entries(${map.sql}), lambda ${entry}: ${body.sql}))`,
      type: map.type,
    };
  },
  reduce: (args, environment) => {
    const array = arrayAt(args, environment);
    const start = environment.compile(args[1] as Node, environment);
    const [before, after, output] = [environment.newName(), environment.newName(), environment.newName()];
    const step = (state: Type) =>
      lambdaBody(args[2], [state, array.element], environment, [`${before}.s`, `${after}.x`]);
    const state = commonType(start.type, step(start.type).type);
    const initial = state && coerced(start, state);
    const next = state && coerced(step(state), state);
    if (!initial || !next)
      throw new QueryError(
        'FUNCTION_NOT_FOUND',
        `${placeOf(args, environment.text)}: Unexpected parameters for function reduce`,
      );
    // DuckDB wants items and states of one type: pairs of both.
    const pair = (s: string, x: string) => `{s: ${castSql(s, initial.type)}, x: ${castSql(x, array.element)}}`;
    const items = `list_transform(${array.sql}, lambda ${output}: ${pair('NULL', output)})`;
    const folded = `list_reduce(${items}, lambda ${before}, ${after}: ${pair(next.sql, 'NULL')}, ${pair(initial.sql, 'NULL')})`;
    const result = lambdaBody(args[3], [initial.type], environment, [`${output}.s`]);
    return {
      sql: `list_extract(list_transform([${folded}], lambda ${output}: ${result.sql}), 1)`,
      type: result.type,
    };
  },
};

/** What an empty array gives is known; a NULL among the matches stays a NULL unless others decide. */
function matching(write: (matches: string) => string, ofNothing: boolean): Compile {
  return (args, environment) => {
    const array = arrayAt(args, environment);
    const matches = `list_transform(${array.sql}, ${condition(args[1], [array.element], environment)})`;
    const hasNull = `len(list_filter(${matches}, lambda e: e IS NULL)) > 0`;
    const decided = write(matches);
    return {
      sql: `CASE WHEN len(${array.sql}) = 0 THEN ${ofNothing} WHEN ${decided} = ${ofNothing} AND ${hasNull} THEN NULL ELSE ${decided} END`,
      type: BOOLEAN,
    };
  };
}

function condition(node: Node | undefined, parameters: readonly Type[], environment: Environment): string {
  const { sql, type } = lambda(node, parameters, environment);
  if (type.kind !== 'boolean' && type.kind !== 'unknown') throw notImitated('a condition that is no boolean');
  return sql;
}

function lambda(node: Node | undefined, parameters: readonly Type[], environment: Environment): Typed {
  const names = parameters.map(() => environment.newName());
  const { sql, type } = lambdaBody(node, parameters, environment, names);
  return { sql: `lambda ${names.join(', ')}: ${sql}`, type };
}

/** @param sqls what stands for the parameters */
function lambdaBody(
  node: Node | undefined,
  parameters: readonly Type[],
  environment: Environment,
  sqls: readonly string[],
): Typed {
  if (!node || kindOf(node) !== 'lambda') throw notImitated('functions as arguments that are no lambdas');
  const { parameters: declared, body } = bodyOf(node);
  if (declared.length !== parameters.length) throw notImitated(`a lambda of ${declared.length} parameters here`);
  const locals = new Map(environment.scope.locals);
  declared.forEach(({ name }: Body, index: number) => {
    locals.set(String(name).toLowerCase(), { sql: sqls[index] as string, type: parameters[index] as Type });
  });
  return environment.compile(body, { ...environment, scope: { ...environment.scope, locals } });
}

function arrayAt(args: readonly Node[], environment: Environment): { sql: string; element: Type } {
  const { sql, type } = environment.compile(args[0] as Node, environment);
  if (type.kind !== 'array') throw notImitated('this function of another type than an array');
  return { sql, element: type.element };
}
