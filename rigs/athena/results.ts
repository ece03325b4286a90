/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
import type { DuckDBDecimalType, DuckDBType } from '@duckdb/node-api';
import { pageOf } from '../aws/paging.ts';
import type { ServiceError } from '../aws/service-error.ts';
import type { Outcome } from './engine.ts';
import { constraint, type Input, integerOf, textOf } from './input.ts';
import { invalidRequest } from './service-error.ts';
import { nameOf } from './sql/types.ts';

const MOST_ROWS = 1000;

export interface PageRequest {
  size: number;
  token: string | undefined;
}

/** @throws ServiceError before the query is looked at */
export function readPageRequest(input: Input): PageRequest {
  const token = textOf(input, 'NextToken');
  if (token === '') throw constraint('NextToken', 'have length greater than or equal to 1');
  const size = integerOf(input, 'MaxResults') ?? MOST_ROWS;
  if (size < 1) throw constraint('MaxResults', 'have value greater than or equal to 1');
  return { size, token };
}

/** @throws ServiceError */
export function admitSize({ size }: PageRequest): void {
  if (size > MOST_ROWS) throw invalidRequest(`MaxResults is more than maximum allowed length ${MOST_ROWS}`);
}

/** The names of the columns are the first row of a query; DDL has neither. */
export function resultPage({ columns, rows }: Outcome, { size, token }: PageRequest, isQuery: boolean): unknown {
  const all = isQuery ? [columns.map(({ name }) => name), ...rows] : rows;
  const { items, nextToken } = pageOf(all, token, size, malformedToken);
  return {
    ...(isQuery && { UpdateCount: 0 }),
    ResultSet: {
      Rows: items.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      ResultSetMetadata: { ColumnInfo: columns.map(columnInfo) },
    },
    NextToken: nextToken,
  };
}

function malformedToken(token: string): ServiceError {
  return invalidRequest(`Malformed nextPageToken ${token}`);
}

const PRECISIONS: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  double: 17,
  'timestamp with time zone': 3,
  varchar: 2_147_483_647,
};

function columnInfo({ name, type }: { name: string; type: DuckDBType }): unknown {
  const kind = nameOf(type);
  const { width, scale } = type as Partial<DuckDBDecimalType>;
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: kind,
    Precision: width ?? PRECISIONS[kind] ?? 0,
    Scale: scale ?? 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: kind === 'varchar',
  };
}
