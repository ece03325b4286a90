/**
 * CREATE DATABASE and CREATE EXTERNAL TABLE, and what Glue keeps of them:
 * https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html. Names are lower-cased.
 */
import { BIGINT, type DuckDBType, MAP, STRUCT, VARCHAR } from '@duckdb/node-api';
import { notImitated, QueryError } from '../errors.ts';
import { readUri } from '../s3.ts';
import { type Partition, projected } from '../scan/projection.ts';
import { type Body, bodyOf, kindOf, type Node, only } from './ast.ts';

export interface Column {
  name: string;
  type: DuckDBType;
}

export interface Table {
  columns: readonly Column[];
  partitions: readonly Partition[];
  /** `s3://bucket/prefix/`, with `${column}` where there are partitions. */
  location: string;
  /** The keys in JSON of names that differ from them. */
  keys: ReadonlyMap<string, string>;
}

/** Tables by name, of each database by name. */
export type Catalog = Map<string, Map<string, Table>>;

/** @throws QueryError in Trino's words */
export function requireTable(catalog: Catalog, database: string, name: string): Table {
  const tables = catalog.get(database);
  if (!tables) throw new QueryError('SCHEMA_NOT_FOUND', `Schema '${database}' does not exist`);
  const found = tables.get(name);
  if (!found) throw new QueryError('TABLE_NOT_FOUND', `Table 'awsdatacatalog.${database}.${name}' does not exist`);
  return found;
}

/** @throws QueryError */
export function runDdl(node: Node, catalog: Catalog): void {
  const [kind, body] = [kindOf(node), bodyOf(node)];
  if (kind === 'create_database') createDatabase(body, catalog);
  else if (kind === 'create_table') createTable(body, catalog);
  else throw notImitated(`the statement ${kind}`);
}

function createDatabase(body: Body, catalog: Catalog): void {
  only('CREATE DATABASE', body, ['name', 'if_not_exists']);
  if (!body['if_not_exists']) throw notImitated('CREATE without IF NOT EXISTS');
  const name = lower([body['name']].flat()[0]);
  catalog.set(name, catalog.get(name) ?? new Map());
}

function createTable(body: Body, catalog: Catalog): void {
  only('CREATE TABLE', body, ['name', 'columns', 'if_not_exists', 'table_modifier', 'properties']);
  only('the name', body['name'], ['name', 'schema']);
  const [database, name] = [lower(body['name'].schema ?? { name: 'default' }), lower(body['name'].name)];
  const table = tableOf(body);
  const tables = catalog.get(database);
  if (!body['if_not_exists']) throw notImitated('CREATE without IF NOT EXISTS');
  if (!tables)
    throw new QueryError(
      'FAILED',
      `Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. NoSuchObjectException(message:Database ${database} not found.)`,
    );
  if (!tables.has(name)) tables.set(name, table);
}

function tableOf(body: Body): Table {
  const { partitions, serde, serdeProperties, location, properties } = propertiesOf(body['properties']);
  if (serde !== 'org.openx.data.jsonserde.JsonSerDe')
    throw notImitated(`tables of the SerDe ${serde ?? 'that is the default'}`);
  if (partitions.length > 0 && properties['projection.enabled'] !== 'true')
    throw notImitated('partitions without projection');
  const place = partitions.length > 0 ? properties['storage.location.template'] : location;
  if (!place || !readUri(place)) throw notImitated(`tables at ${place ?? 'no location of their own'}`);
  return {
    columns: body['columns'].map((column: Body) => ({ name: lower(column), type: typeOf(column['data_type']) })),
    partitions: partitions.map((column) => projected(lower(column), typeOf(column['data_type']), properties)),
    location: place,
    keys: keysOf(serdeProperties),
  };
}

/** Other tables fold the case of keys, or fail at lines that are no JSON: https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html */
function keysOf({
  'ignore.malformed.json': ignores,
  'case.insensitive': folds,
  ...mapped
}: Record<string, string>): ReadonlyMap<string, string> {
  if (ignores !== 'true') throw notImitated('tables without ignore.malformed.json');
  if (folds !== 'false') throw notImitated('tables whose keys have any case');
  return new Map(
    Object.entries(mapped).map(([property, key]) => {
      const name = /^mapping\.(.+)/.exec(property)?.[1];
      if (!name) throw notImitated(`the SerDe property ${property}`);
      return [name, key];
    }),
  );
}

interface Properties {
  serde?: string;
  serdeProperties: Record<string, string>;
  partitions: Body[];
  location?: string;
  properties: Record<string, string>;
}

function propertiesOf(nodes: readonly Node[]): Properties {
  const found: Properties = { serdeProperties: {}, partitions: [], properties: {} };
  for (const node of nodes) {
    const body = bodyOf(node);
    switch (kindOf(node)) {
      case 'partitioned_by_property':
        found.partitions = bodyOf(body['this'])['expressions'].map(bodyOf);
        break;
      case 'row_format_serde_property':
        found.serde = textOf(body['this']);
        if (body['serde_properties']) found.serdeProperties = pairsOf(bodyOf(body['serde_properties'])['expressions']);
        break;
      case 'location_property':
        found.location = textOf(body['this']);
        break;
      case 'properties':
        found.properties = pairsOf(body['expressions']);
        break;
      default:
        throw notImitated(`${kindOf(node)} of CREATE TABLE`);
    }
  }
  return found;
}

function pairsOf(nodes: readonly Node[]): Record<string, string> {
  return Object.fromEntries(nodes.map(bodyOf).map(({ left, right }) => [textOf(left), textOf(right)]));
}

function textOf(node: Node): string {
  if (kindOf(node) !== 'literal') throw notImitated(`${kindOf(node)} as a property`);
  return bodyOf(node)['value'];
}

/** https://docs.aws.amazon.com/athena/latest/ug/data-types.html @throws QueryError */
function typeOf(type: Body): DuckDBType {
  switch (type['data_type']) {
    case 'text':
    case 'string':
      return VARCHAR;
    case 'big_int':
      return BIGINT;
    case 'map':
      return MAP(typeOf(type['key_type']), typeOf(type['value_type']));
    case 'struct':
      return STRUCT(
        Object.fromEntries(type['fields'].map((field: Body) => [lower(field), typeOf(field['data_type'])])),
      );
  }
  throw notImitated(`columns of the type ${type['name'] ?? type['data_type']}`);
}

function lower(identifier: Body): string {
  const { name } = identifier;
  return String(name?.name ?? name).toLowerCase();
}
