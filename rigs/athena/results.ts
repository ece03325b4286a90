/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
import { type DuckDBType, DuckDBTypeId as Id } from '@duckdb/node-api';
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
  [Id.VARCHAR]: 'varchar',
  [Id.DECIMAL]: 'decimal',
};

/** As Trino calls it. @throws QueryError of those whose values Athena prints otherwise than DuckDB */
export function nameOf(type: DuckDBType): string {
  const name = type.alias === 'JSON' ? undefined : NAMES[type.typeId];
  if (!name) throw notImitated(`values of the type ${type} in a result`);
  return name;
}
