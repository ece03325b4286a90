/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html */

import { ServiceError } from '../aws/service-error.ts';
import type { Catalog, DeclaredColumn } from './catalog.ts';
import { type Input, requiredText } from './input.ts';

export function getTableMetadata(catalog: Catalog, input: Input): unknown {
  const [database, name] = [
    requiredText(input, 'DatabaseName').toLowerCase(),
    requiredText(input, 'TableName').toLowerCase(),
  ];
  requiredText(input, 'CatalogName');
  const table = catalog.findTable(database, name);
  if (!table)
    throw new ServiceError(
      'MetadataException',
      `EntityNotFoundException: Entity Not Found (Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException)`,
    );
  const described = (columns: readonly DeclaredColumn[]) =>
    columns.map((column) => ({ Name: column.name, Type: column.hiveType }));
  return {
    TableMetadata: {
      Name: name,
      CreateTime: table.createdMs / 1000,
      TableType: 'EXTERNAL_TABLE',
      Columns: described(table.columns),
      PartitionKeys: described(table.partitionColumns),
      Parameters: { EXTERNAL: 'TRUE', ...table.parameters, location: table.location },
    },
  };
}
