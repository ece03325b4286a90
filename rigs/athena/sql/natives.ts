/** Functions of Trino that DuckDB does not have, or has otherwise, written in JavaScript. */
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  type DuckDBConnection,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  INTEGER,
  INTERVAL,
  LIST,
  MAP,
  SMALLINT,
  STRUCT,
  TIMESTAMP,
  TINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { NOT_IMITATED, QueryError } from '../query-error.ts';
import { fieldName, type Type } from './types.ts';

export interface Natives {
  /**
   * SQL that calls a function; it gives NULL where an argument is. The name, with the types, stands for the body.
   * A QueryError that the body throws is the query's.
   */
  call(name: string, args: readonly { sql: string; type: Type }[], result: Type, body: NativeBody): string;
  /** Since the last time: what a function met that is not imitated. TRY hides it from DuckDB, and must not from us. */
  takeNotImitated(): QueryError | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: the types of the arguments are those that the caller names
export type NativeBody = (...args: any[]) => DuckDBValue;

export function createNatives(connection: DuckDBConnection): Natives {
  const registered = new Map<string, string>();
  let notImitated: QueryError | undefined;

  const noticing =
    (body: NativeBody): NativeBody =>
    (...args) => {
      try {
        return body(...args);
      } catch (error) {
        if (error instanceof QueryError && error.code === NOT_IMITATED) notImitated ??= error;
        throw error;
      }
    };

  return {
    takeNotImitated() {
      const taken = notImitated;
      notImitated = undefined;
      return taken;
    },
    call(name, args, result, body) {
      const key = JSON.stringify([name, args.map(({ type }) => type), result]);
      let duckdbName = registered.get(key);
      if (!duckdbName) {
        duckdbName = `native_${registered.size}`;
        registered.set(key, duckdbName);
        connection.registerScalarFunction(
          scalarFunction(
            duckdbName,
            args.map(({ type }) => nodeTypeOf(type)),
            nodeTypeOf(result),
            noticing(body),
          ),
        );
      }
      return `${duckdbName}(${args.map(({ sql }) => sql).join(', ')})`;
    },
  };
}

function scalarFunction(
  name: string,
  parameterTypes: DuckDBType[],
  returnType: DuckDBType,
  body: NativeBody,
): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name,
    parameterTypes,
    returnType,
    specialHandling: true,
    mainFunction(info, input, output) {
      const vectors = parameterTypes.map((_, index) => input.getColumnVector(index));
      for (let row = 0; row < input.rowCount; row++) {
        const args = vectors.map((vector) => vector.getItem(row));
        try {
          output.setItem(row, args.includes(null) ? null : body(...args));
        } catch (error) {
          return info.setError((error as Error).message);
        }
      }
      output.flush();
    },
  });
}

const SIMPLE: Readonly<Record<string, DuckDBType>> = {
  unknown: INTEGER,
  boolean: BOOLEAN,
  tinyint: TINYINT,
  smallint: SMALLINT,
  integer: INTEGER,
  bigint: BIGINT,
  real: FLOAT,
  double: DOUBLE,
  varchar: VARCHAR,
  json: VARCHAR,
  date: DATE,
  timestamp: TIMESTAMP,
  interval: INTERVAL,
};

/** The type of DuckDB, as its client has it. */
export function nodeTypeOf(type: Type): DuckDBType {
  switch (type.kind) {
    case 'decimal':
      return DECIMAL(type.precision, type.scale);
    case 'array':
      return LIST(nodeTypeOf(type.element));
    case 'map':
      return MAP(nodeTypeOf(type.key), nodeTypeOf(type.value));
    case 'row':
      return STRUCT(Object.fromEntries(type.fields.map((field, index) => [fieldName(index), nodeTypeOf(field.type)])));
    default:
      return SIMPLE[type.kind] as DuckDBType;
  }
}

/** SQL that fails with an error wherever it is evaluated. DuckDB's own `error` may not stand within TRY. */
export function raising(natives: Natives, code: string, message: string, type: string): string {
  const text = new QueryError(code, message).message.replaceAll("'", "''");
  const call = natives.call('raise', [{ sql: `'${text}'`, type: { kind: 'varchar' } }], { kind: 'varchar' }, (said) => {
    throw new Error(said);
  });
  return `CAST(${call} AS ${type})`;
}
