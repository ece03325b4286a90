import { sourceTextFrom, wrongSource } from '../source-text.ts';

/** Invocation logs in S3, asked through Athena. */
export interface AthenaSource {
  bucket: string;
  /** What stands before `AWSLogs/` in the keys; empty or ending in a slash. */
  prefix: string;
  database: string;
  table: string;
  /** Of Athena and the bucket. Undefined: the environment's own. */
  region: string | undefined;
  role: string | undefined;
  workgroup: string;
  /** `s3://` folder for results; undefined: the workgroup's own. */
  output: string | undefined;
  /** Whether a missing table may be created. */
  create: boolean;
}

const USAGE =
  'athena:s3://BUCKET/PREFIX?region=us-east-1&workgroup=primary&output=s3://RESULTS/&table=DATABASE.TABLE&create=yes; all parameters may be left out';

/** Both names go into SQL as they are. */
const TABLE = /^([a-z_][a-z0-9_]*)\.([a-z_][a-z0-9_]*)$/;

/** @throws SpendError INVALID_SETTING */
export function athenaSourceFromText(text: string): AthenaSource {
  const source = sourceTextFrom(text, ['region', 'role', 'workgroup', 'output', 'table', 'create'], USAGE);
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(source.path) ?? [];
  if (bucket === undefined) throw wrongSource(text, 'it does not say where the logs are', USAGE);
  if (/['\\]/.test(prefix)) throw wrongSource(text, 'a prefix with a quote or backslash cannot be asked', USAGE);
  const table = source.one('table') ?? `bedrock_spend.${defaultTable(bucket, prefix)}`;
  const [, database, name] = TABLE.exec(table) ?? [];
  if (database === undefined || name === undefined)
    throw wrongSource(text, 'write the table as database.table, in lower-case letters, digits and _', USAGE);
  const create = source.one('create') ?? 'no';
  if (create !== 'yes' && create !== 'no') throw wrongSource(text, 'create is "yes" or "no"', USAGE);
  return {
    bucket,
    prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
    database,
    table: name,
    region: source.one('region'),
    role: source.one('role'),
    workgroup: source.one('workgroup') ?? 'primary',
    output: source.one('output'),
    create: create === 'yes',
  };
}

/** A table for each place of logs. */
function defaultTable(bucket: string, prefix: string): string {
  return `invocations_${`${bucket}_${prefix}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/_$/, '')}`;
}
