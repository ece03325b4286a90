import { GetQueryResultsCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import { plainTable, startTestAthena } from '../test-client.ts';

const SERDE = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'";

it('creates databases', async () => {
  await using test = await startTestAthena();
  const created = await test.run('CREATE DATABASE logs');
  expect(created).toMatchObject({
    StatementType: 'DDL',
    SubstatementType: 'CREATE_DATABASE',
    Status: { State: 'SUCCEEDED' },
  });
  expect(created.ResultConfiguration?.OutputLocation).toMatch(/\.txt$/);
  expect((await test.run('CREATE DATABASE IF NOT EXISTS logs')).Status?.State).toBe('SUCCEEDED');
  expect((await test.run('create schema if not exists `more`')).Status?.State).toBe('SUCCEEDED');
  expect(await test.failure('CREATE DATABASE logs')).toBe(
    'FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. AlreadyExistsException(message:Database logs already exists.)',
  );
});

it('creates tables, where there are none', async () => {
  await using test = await startTestAthena();
  const { id, Status } = await test.run(plainTable('id bigint'));
  expect(Status?.State).toBe('SUCCEEDED');
  const { ResultSet } = await test.client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
  expect(ResultSet).toMatchObject({ Rows: [], ResultSetMetadata: { ColumnInfo: [] } });
  expect(await test.failure(plainTable('id bigint'))).toContain(
    'AlreadyExistsException(message:Table plain already exists.)',
  );
  expect(
    await test.failure(plainTable('other string').replace('TABLE plain', 'TABLE IF NOT EXISTS plain')),
  ).toBeUndefined();
  expect(await test.rows('SELECT id FROM plain')).toEqual([]);
});

it('creates tables of a database, and drops them', async () => {
  await using test = await startTestAthena();
  const create = `CREATE EXTERNAL TABLE IF NOT EXISTS \`logs\`.\`Events\` (\`timestamp\` string COMMENT 'when', \`Id\` bigint) COMMENT 'all' ${SERDE}
    WITH SERDEPROPERTIES ("ignore.malformed.json" = "true") STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION 's3://lake/events' TBLPROPERTIES ('a' = 'b')`;
  expect(await test.failure(create)).toContain('NoSuchObjectException(message:Database logs not found.)');
  await test.run('CREATE DATABASE logs');
  expect(await test.failure(create)).toBeUndefined();
  test.put('events/1.json', [{ id: 7, timestamp: 'now' }]);
  test.put('events-of-others/1.json', [{ id: 8 }]);
  expect(await test.rows('SELECT "timestamp", id FROM logs.events')).toEqual([['now', '7']]);
  expect(await test.failure('DROP TABLE events')).toBe(
    'FAILED: SemanticException [Error 10001]: Table not found events',
  );
  expect(await test.failure('DROP TABLE IF EXISTS events')).toBeUndefined();
  expect(await test.failure('DROP TABLE `logs`.`events`')).toBeUndefined();
  expect(await test.failure('SELECT * FROM logs.events')).toContain('TABLE_NOT_FOUND');
});

it('uses the database of the context', async () => {
  await using test = await startTestAthena();
  await test.run('CREATE DATABASE logs');
  const context = { QueryExecutionContext: { Database: 'logs', Catalog: 'AwsDataCatalog' } };
  await test.run(plainTable('id bigint'), context);
  const { QueryExecutionContext, Status } = await test.run('SELECT * FROM plain', context);
  expect(Status?.State).toBe('SUCCEEDED');
  expect(QueryExecutionContext).toEqual({ Database: 'logs', Catalog: 'awsdatacatalog' });
  expect(await test.failure('SELECT * FROM plain')).toContain("Table 'awsdatacatalog.default.plain' does not exist");
});

it.each([
  ["ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' LOCATION 's3://lake/t/'", 'NOT_IMITATED: '],
  ["LOCATION 's3://lake/t/'", 'NOT_IMITATED: '],
  [SERDE, 'No location was specified for table.'],
  [`PARTITIONED BY (day string) ${SERDE} LOCATION 's3://lake/t/'`, 'partitions without projection'],
  [
    `PARTITIONED BY (day string) ${SERDE} LOCATION 's3://lake/t/' TBLPROPERTIES ('projection.enabled'='true')`,
    'INVALID_TABLE_PROPERTY: Table property projection.day.type is required',
  ],
])('refuses %s', async (tail, reason) => {
  await using test = await startTestAthena();
  expect(await test.failure(`CREATE EXTERNAL TABLE t (id bigint) ${tail}`)).toContain(reason);
});
