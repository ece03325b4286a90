import { OWN_FIELDS } from '../../logs/count-fields.ts';
import type { AthenaSource } from './source.ts';

/** From when on Bedrock can have written logs: general availability, September 2023. */
const FIRST_HOUR = '2023/09/01/00';

/**
 * The statements that create the table: https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html and
 * https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html. A partition is an hour of a region of an account, so that
 * a question reads only its hours; nothing has to be added for new ones. Bodies are text, never structures: they can be an
 * object or an array.
 */
export function createStatements({ bucket, prefix, database, table }: AthenaSource): string[] {
  const location = `s3://${bucket}/${prefix}AWSLogs/`;
  const columns = COLUMNS.map(([name, type]) => `  \`${name}\` ${type}`).join(',\n');
  const mapped = MAPPED_FIELDS.map((field) => `  'mapping.${field.toLowerCase()}' = '${field}'`).join(',\n');
  const properties = Object.entries({
    'projection.enabled': 'true',
    // Queries name the accounts and regions, so new ones need no change of the table.
    'projection.log_account.type': 'injected',
    'projection.log_region.type': 'injected',
    'projection.log_hour.type': 'date',
    'projection.log_hour.format': 'yyyy/MM/dd/HH',
    'projection.log_hour.range': `${FIRST_HOUR},NOW`,
    'projection.log_hour.interval': '1',
    'projection.log_hour.interval.unit': 'HOURS',
    'storage.location.template': `${location}\${log_account}/BedrockModelInvocationLogs/\${log_region}/\${log_hour}/`,
  });
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${database}.${table} (
${columns}
)
PARTITIONED BY (log_account string, log_region string, log_hour string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES (
  'ignore.malformed.json' = 'true',
  'case.insensitive' = 'false',
${mapped}
)
LOCATION '${location}'
TBLPROPERTIES (
${properties.map(([name, value]) => `  '${name}' = '${value}'`).join(',\n')}
)`,
  ];
}

/** Counts are text, so that one that is no number spoils no query. */
const COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['schematype', 'string'],
  ['timestamp', 'string'],
  ['accountid', 'string'],
  ['region', 'string'],
  ['inferenceregion', 'string'],
  ['requestid', 'string'],
  ['operation', 'string'],
  ['modelid', 'string'],
  ['errorcode', 'string'],
  ['identity', 'struct<arn:string>'],
  ['requestmetadata', 'map<string,string>'],
  ['servicetier', 'string'],
  ['performanceconfig', 'struct<latency:string>'],
  ['input', structOf(['inputBodyJson', ...ownFields('input')])],
  ['output', structOf(['outputBodyJson', ...ownFields('output')])],
];

function ownFields(of: 'input' | 'output'): string[] {
  return OWN_FIELDS.filter(({ holder }) => holder === of).map(({ field }) => field);
}

function structOf(names: readonly string[]): string {
  return `struct<${names.map((name) => `${name.toLowerCase()}:string`).join(',')}>`;
}

/** Columns are lower-case; metadata keys must keep their case, so the SerDe is told the fields' own names instead of ignoring it. */
const MAPPED_FIELDS = [
  'schemaType',
  'accountId',
  'inferenceRegion',
  'requestId',
  'modelId',
  'errorCode',
  'requestMetadata',
  'serviceTier',
  'performanceConfig',
  'inputBodyJson',
  ...ownFields('input'),
  'outputBodyJson',
  ...ownFields('output'),
];
