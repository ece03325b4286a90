import { GetQueryResultsCommand } from '@aws-sdk/client-athena';
import { expect, it } from 'vitest';
import { plainTable, SERDE, serde, startTestAthena } from '../test-client.ts';

it('creates databases', async () => {
  await using test = await startTestAthena();
  const created = await test.run('CREATE DATABASE IF NOT EXISTS logs');
  expect(created).toMatchObject({ StatementType: 'DDL', Status: { State: 'SUCCEEDED' } });
  expect(created.ResultConfiguration?.OutputLocation).toMatch(/\.txt$/);
  expect((await test.run('CREATE DATABASE IF NOT EXISTS logs')).Status?.State).toBe('SUCCEEDED');
  expect(await test.failure('create schema logs')).toContain('NOT_IMITATED: ');
  expect(await test.failure('CREATE DATABASE logs')).toContain('NOT_IMITATED: ');
});

it('creates tables, where there are none', async () => {
  await using test = await startTestAthena();
  const { id, Status } = await test.run(plainTable('id bigint'));
  expect(Status?.State).toBe('SUCCEEDED');
  const { ResultSet } = await test.client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
  expect(ResultSet).toMatchObject({ Rows: [], ResultSetMetadata: { ColumnInfo: [] } });
  expect(await test.failure(plainTable('other string'))).toBeUndefined();
  expect(await test.failure(plainTable('id bigint').replace('IF NOT EXISTS', ''))).toContain('NOT_IMITATED: ');
  expect(await test.rows('SELECT id FROM plain')).toEqual([]);
});

it('creates tables of a database', async () => {
  await using test = await startTestAthena();
  const create = `CREATE EXTERNAL TABLE IF NOT EXISTS \`logs\`.\`Events\` (\`timestamp\` string COMMENT 'when', \`Id\` bigint)
    ${serde()} LOCATION 's3://lake/events' TBLPROPERTIES ('a' = 'b')`;
  expect(await test.failure(create)).toContain('NoSuchObjectException(message:Database logs not found.)');
  await test.run('CREATE DATABASE IF NOT EXISTS logs');
  expect(await test.failure(create)).toBeUndefined();
  test.put('events/1.json', [{ id: 7, timestamp: 'now' }]);
  test.put('events-of-others/1.json', [{ id: 8 }]);
  expect(await test.rows('SELECT "timestamp", id FROM logs.events')).toEqual([['now', '7']]);
});

it.each([
  ["ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' LOCATION 's3://lake/t/'", 'NOT_IMITATED: '],
  ["LOCATION 's3://lake/t/'", 'NOT_IMITATED: '],
  [serde(), 'tables at no location of their own'],
  [`${SERDE} LOCATION 's3://lake/t/'`, 'tables without ignore.malformed.json'],
  [`${serde("'case.insensitive' = 'true'")} LOCATION 's3://lake/t/'`, 'tables whose keys have any case'],
  [`${serde("'dots.in.keys' = 'true'")} LOCATION 's3://lake/t/'`, 'the SerDe property dots.in.keys'],
  [`PARTITIONED BY (day string) ${serde()} LOCATION 's3://lake/t/'`, 'partitions without projection'],
])('refuses %s', async (tail, reason) => {
  await using test = await startTestAthena();
  expect(await test.failure(`CREATE EXTERNAL TABLE IF NOT EXISTS t (id bigint) ${tail}`)).toContain(reason);
  expect(
    await test.failure(`CREATE EXTERNAL TABLE IF NOT EXISTS t (id date) ${serde()} LOCATION 's3://lake/t/'`),
  ).toContain('NOT_IMITATED: rigs/athena does not imitate columns of the type');
  expect(await test.failure('DROP TABLE t')).toContain('NOT_IMITATED: ');
});
