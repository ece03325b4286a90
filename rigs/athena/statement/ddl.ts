/** CREATE DATABASE, CREATE EXTERNAL TABLE, DROP TABLE: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html */
import type { Catalog, DeclaredColumn, Table } from '../catalog.ts';
import { notImitated, QueryError } from '../query-error.ts';
import { readUri } from '../s3.ts';
import { projectedColumn } from '../scan/projection.ts';
import { typeOf } from '../sql/types.ts';
import { type Body, bodyOf, kindOf, type Node, only } from './ast.ts';

const OPENX = 'org.openx.data.jsonserde.JsonSerDe';

type Run = (body: Body, catalog: Catalog, database: string, nowMs: number) => void;

const STATEMENTS: Readonly<Record<string, Run>> = {
  create_database: createDatabase,
  create_schema: createDatabase,
  create_table: createTable,
  drop_table: dropTable,
};

/** @throws QueryError */
export function runDdl(node: Node, catalog: Catalog, database: string, nowMs: number): void {
  const run = STATEMENTS[kindOf(node)];
  if (!run) throw notImitated(`the statement ${kindOf(node)}`);
  run(bodyOf(node), catalog, database, nowMs);
}

function createDatabase(body: Body, catalog: Catalog): void {
  only('CREATE DATABASE', body, ['name', 'if_not_exists']);
  const [identifier] = [body['name']].flat();
  const name = lower(identifier);
  if (catalog.hasDatabase(name) && !body['if_not_exists'])
    throw ddlFailed(`AlreadyExistsException(message:Database ${name} already exists.)`);
  catalog.createDatabase(name);
}

function dropTable(body: Body, catalog: Catalog, database: string): void {
  only('DROP TABLE', body, ['names', 'if_exists']);
  for (const table of body['names']) {
    const [from, name] = [table.schema ? lower(table.schema) : database, lower(table.name)];
    if (!catalog.findTable(from, name) && !body['if_exists'])
      throw new QueryError('FAILED', `SemanticException [Error 10001]: Table not found ${name}`);
    catalog.dropTable(from, name);
  }
}

function createTable(body: Body, catalog: Catalog, database: string, createdMs: number): void {
  only('CREATE TABLE', body, ['name', 'columns', 'if_not_exists', 'table_modifier', 'properties']);
  const table = tableOf(body, database, createdMs);
  if (!catalog.hasDatabase(table.database))
    throw ddlFailed(`NoSuchObjectException(message:Database ${table.database} not found.)`);
  if (catalog.findTable(table.database, table.name)) {
    if (body['if_not_exists']) return;
    throw ddlFailed(`AlreadyExistsException(message:Table ${table.name} already exists.)`);
  }
  catalog.putTable(table);
}

function tableOf(body: Body, database: string, createdMs: number): Table {
  only('the name', body['name'], ['name', 'schema']);
  const properties = propertiesOf(body['properties']);
  if (properties.serde !== OPENX) throw notImitated(`tables of the SerDe ${properties.serde ?? 'that is the default'}`);
  const partitionColumns = properties.partitionColumns.map(declared);
  if (partitionColumns.length > 0 && properties.table['projection.enabled'] !== 'true')
    throw notImitated('partitions without projection');
  if (partitionColumns.some(({ type }) => !/^(VARCHAR|(TINY|SMALL|BIG)INT|INTEGER)$/.test(String(type))))
    throw notImitated('partition columns other than strings and integers');
  const location = properties.location ?? fail('No location was specified for table. An S3 location must be specified');
  if (!readUri(location)) fail(`The location ${location} is no path of S3`);
  return {
    database: body['name'].schema ? lower(body['name'].schema) : database,
    name: lower(body['name'].name),
    columns: body['columns'].map(declared),
    partitionColumns,
    projection: partitionColumns.map(({ name }) => projectedColumn(name, properties.table)),
    location: partitionColumns.length
      ? (properties.table['storage.location.template'] ?? hiveTemplate(location, partitionColumns))
      : location,
    serdeProperties: properties.serdeProperties,
    parameters: properties.table,
    createdMs,
  };
}

/** `region=us-east-1/`, where no template says otherwise. */
function hiveTemplate(location: string, columns: readonly DeclaredColumn[]): string {
  return `${location.replace(/\/$/, '')}/${columns.map(({ name }) => `${name}=\${${name}}/`).join('')}`;
}

interface Properties {
  serde?: string;
  serdeProperties: Record<string, string>;
  partitionColumns: Body[];
  location?: string;
  table: Record<string, string>;
}

function propertiesOf(nodes: readonly Node[]): Properties {
  const properties: Properties = { serdeProperties: {}, partitionColumns: [], table: {} };
  for (const node of nodes) {
    const body = bodyOf(node);
    switch (kindOf(node)) {
      case 'partitioned_by_property':
        properties.partitionColumns = bodyOf(body['this'])['expressions'].map(bodyOf);
        break;
      case 'row_format_serde_property':
        properties.serde = textOf(body['this']);
        if (body['serde_properties'])
          properties.serdeProperties = pairsOf(bodyOf(body['serde_properties'])['expressions']);
        break;
      case 'location_property':
        properties.location = textOf(body['this']);
        break;
      case 'properties':
        properties.table = pairsOf(body['expressions']);
        break;
      // The formats of text files, which is what the SerDe reads.
      case 'file_format_property':
      case 'schema_comment_property':
        break;
      default:
        throw notImitated(`${kindOf(node)} of CREATE TABLE`);
    }
  }
  return properties;
}

function pairsOf(nodes: readonly Node[]): Record<string, string> {
  return Object.fromEntries(nodes.map(bodyOf).map(({ left, right }) => [textOf(left), textOf(right)]));
}

function textOf(node: Node): string {
  if (kindOf(node) !== 'literal') throw notImitated(`${kindOf(node)} as a property`);
  return bodyOf(node)['value'];
}

function declared({ name, data_type: dataType }: Body): DeclaredColumn {
  return { name: lower(name), type: typeOf(dataType), hiveType: hiveTypeOf(dataType) };
}

const HIVE_NAMES: Readonly<Record<string, string>> = {
  big_int: 'bigint',
  small_int: 'smallint',
  tiny_int: 'tinyint',
  integer: 'int',
};

function hiveTypeOf(dataType: Body): string {
  switch (dataType['data_type']) {
    case 'array':
      return `array<${hiveTypeOf(dataType['element_type'])}>`;
    case 'map':
      return `map<${hiveTypeOf(dataType['key_type'])},${hiveTypeOf(dataType['value_type'])}>`;
    case 'struct':
      return `struct<${dataType['fields'].map((field: Body) => `${field['name']}:${hiveTypeOf(field['data_type'])}`).join(',')}>`;
    case 'decimal':
      return `decimal(${dataType['precision'] ?? 10},${dataType['scale'] ?? 0})`;
    case 'var_char':
      return dataType['length'] ? `varchar(${dataType['length']})` : 'string';
    default:
      return HIVE_NAMES[dataType['data_type']] ?? dataType['data_type'];
  }
}

function lower(identifier: Body): string {
  return String(identifier['name']).toLowerCase();
}

function fail(message: string): never {
  throw new QueryError('FAILED', `ParseException ${message}`);
}

function ddlFailed(message: string): QueryError {
  return new QueryError(
    'FAILED',
    `Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. ${message}`,
  );
}
