/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
import { type DuckDBListValue, type DuckDBType, type DuckDBValue, DuckDBTypeId as Id } from '@duckdb/node-api';
import { pageOf } from '../aws/paging.ts';
import { invalidRequest, notImitated } from './errors.ts';

/** What a statement answers. */
export interface Outcome {
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly (string | null)[])[];
}

const MOST_ROWS = 1000;

/** The names of the columns are the first row of a query; DDL has neither. */
export function resultPage({ columns, rows }: Outcome, token: string | undefined, isQuery: boolean): unknown {
  const all = isQuery ? [columns.map(({ name }) => name), ...rows] : rows;
  const { items, nextToken } = pageOf(all, token, MOST_ROWS, (other) =>
    invalidRequest(`Malformed nextPageToken ${other}`),
  );
  return {
    ...(isQuery && { UpdateCount: 0 }),
    ResultSet: {
      Rows: items.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      ResultSetMetadata: {
        ColumnInfo: columns.map(({ name, type }) => ({ CatalogName: 'hive', Name: name, Type: type })),
      },
    },
    NextToken: nextToken,
  };
}

const NAMES: Readonly<Partial<Record<Id, string>>> = {
  [Id.BOOLEAN]: 'boolean',
  [Id.INTEGER]: 'integer',
  [Id.BIGINT]: 'bigint',
  [Id.DOUBLE]: 'double',
  [Id.VARCHAR]: 'varchar',
  [Id.DECIMAL]: 'decimal',
  [Id.LIST]: 'array',
};

/** As Trino calls it. @throws QueryError of others; JSON has its numbers written otherwise */
export function nameOf(type: DuckDBType): string {
  const name = type.alias === 'JSON' ? undefined : NAMES[type.typeId];
  if (!name) throw notImitated(`values of the type ${type} in a result`);
  return name;
}

/** As Athena prints it (README, "Recorded"): null stays null at the top; within arrays it is the word. */
export function printValue(value: DuckDBValue, type: DuckDBType): string | null {
  if (value === null) return null;
  if (type.typeId === Id.DOUBLE) return javaDouble(value as number);
  if (type.typeId === Id.LIST)
    return `[${(value as DuckDBListValue).items.map((item) => printValue(item, type.valueType)).join(', ')}]`;
  return String(value);
}

/** Java's Double.toString: `1.0`, `1.28E8`. */
function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}
