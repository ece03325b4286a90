/** The types of columns, as DuckDB has them: https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
import {
  BIGINT,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  type DuckDBType,
  DuckDBTypeId as Id,
  INTEGER,
  LIST,
  MAP,
  SMALLINT,
  STRUCT,
  TINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import { notImitated } from '../query-error.ts';
import type { Body } from '../statement/ast.ts';

const SIMPLE: Readonly<Record<string, DuckDBType>> = {
  boolean: BOOLEAN,
  tiny_int: TINYINT,
  small_int: SMALLINT,
  int: INTEGER,
  integer: INTEGER,
  big_int: BIGINT,
  double: DOUBLE,
  text: VARCHAR,
  string: VARCHAR,
};

/** A type as a column's declaration has it. @throws QueryError */
export function typeOf(dataType: Body): DuckDBType {
  const kind = String(dataType['data_type']);
  const simple = SIMPLE[kind];
  if (simple) return simple;
  switch (kind) {
    case 'decimal':
      return DECIMAL(dataType['precision'] ?? 10, dataType['scale'] ?? 0);
    case 'array':
      return LIST(typeOf(dataType['element_type']));
    case 'map':
      return MAP(typeOf(dataType['key_type']), typeOf(dataType['value_type']));
    case 'struct':
      return STRUCT(
        Object.fromEntries(
          dataType['fields'].map((field: Body) => [String(field['name']).toLowerCase(), typeOf(field['data_type'])]),
        ),
      );
  }
  throw notImitated(`columns of the type ${dataType['name'] ?? kind}`);
}

const NAMES: Readonly<Partial<Record<Id, string>>> = {
  [Id.BOOLEAN]: 'boolean',
  [Id.TINYINT]: 'tinyint',
  [Id.SMALLINT]: 'smallint',
  [Id.INTEGER]: 'integer',
  [Id.BIGINT]: 'bigint',
  [Id.DOUBLE]: 'double',
  [Id.VARCHAR]: 'varchar',
  [Id.DECIMAL]: 'decimal',
  [Id.TIMESTAMP_TZ]: 'timestamp with time zone',
  [Id.LIST]: 'array',
  [Id.MAP]: 'map',
  [Id.STRUCT]: 'row',
};

/** As Trino calls it. @throws QueryError of others; JSON has its numbers written otherwise */
export function nameOf(type: DuckDBType): string {
  const name = type.alias === 'JSON' ? undefined : NAMES[type.typeId];
  if (!name) throw notImitated(`values of the type ${type}`);
  return name;
}
