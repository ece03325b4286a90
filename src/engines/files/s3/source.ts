import { sourceTextFrom, wrongSource } from '../../source-text.ts';
import { isNamedAsLog } from '../log-name.ts';

/** Where invocation logs are in S3. */
export interface BucketSource {
  bucket: string;
  /** A folder's ends in `/`; empty for the whole bucket. A name of a log file stands for that object. */
  prefix: string;
  /** Undefined: the environment's own. The bucket may be in another one. */
  region: string | undefined;
  /** To assume; undefined: the environment's own credentials. */
  role: string | undefined;
}

const USAGE =
  's3://BUCKET/PREFIX?region=us-east-1&role=ROLE-ARN; PREFIX is a folder or one log file, and all but the bucket may be left out';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; old buckets may have capitals and underscores. */
const BUCKET_NAME = /^[A-Za-z0-9._-]{3,255}$/;

/** Reads `s3://BUCKET[/PREFIX][?region=R][&role=ARN]`. @throws SpendError INVALID_SETTING */
export function bucketSourceFromText(text: string): BucketSource {
  const source = sourceTextFrom(text, ['region', 'role'], USAGE);
  const [, bucket = '', prefix = ''] = /^\/\/([^/]*)(?:\/(.*))?$/s.exec(source.path) ?? [];
  if (!BUCKET_NAME.test(bucket)) throw wrongSource(text, `"${bucket}" is no name of a bucket`, USAGE);
  for (const name of ['region', 'role'])
    if (source.list(name).length > 1) throw wrongSource(text, `a bucket has one ${name}`, USAGE);
  return { bucket, prefix: folderPrefix(prefix), region: source.one('region'), role: source.one('role') };
}

/** S3 itself would take `prod` for the beginning of `prod-eu/…`, too, and nobody would notice whose spend is counted in. */
function folderPrefix(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') || isNamedAsLog(prefix) ? prefix : `${prefix}/`;
}
