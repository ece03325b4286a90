/**
 * What a name tells of a file before it is opened. Whatever may be a log is opened, since the bytes tell the rest; what a folder of
 * logs also holds (pictures, documents, programs) is stepped over and counted.
 */

/** Endings under which people and tools keep logs. */
const LOG_ENDING = /\.(json|jsonl|ndjson|log|txt|csv)$/;

/** As log rotation writes it after the ending: `bedrock.log.1`, `bedrock.json-20261005`. */
const ROTATED = /[.-]\d[\d-]*$/;

/** Read are gzip and plain; the others are opened so that they can be refused by name. */
const PACKED = /\.(gz|gzip|zst|zstd|bz2|xz|zip|lz4|sz|snappy|hsnappy|br|z|7z|enc|gpg|pgp|age)$/;
const GZIP = /\.(gz|gzip)$/;

/**
 * An object that Firehose delivered, `STREAM-VERSION-yyyy-MM-dd-HH-mm-ss-RANDOM`, mostly without an ending; Parquet and ORC where it
 * converts. https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
 */
const DELIVERED = /-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9a-z-]+(\.parquet|\.orc)?$/;

/** Without an ending a name tells nothing; these tell enough. */
const OTHER_NAMES =
  /^(readme|license|licence|notice|copying|authors|contributors|changelog|changes|history|install|makefile|dockerfile|procfile|jenkinsfile|vagrantfile|gemfile|rakefile|cname|codeowners|_success)$/;

/** Whether a file in a folder, or an object in a bucket, may be a log. */
export function isLogName(path: string): boolean {
  const name = nameOf(path);
  if (name.startsWith('.')) return false;
  if (isNamedAsLog(name)) return true;
  const stem = name.replace(GZIP, '');
  return stem !== '' && !stem.includes('.') && !OTHER_NAMES.test(stem);
}

/** Whether a name says by itself that it is a log file's, so that it can be no folder's. */
export function isNamedAsLog(path: string): boolean {
  const name = nameOf(path);
  const stem = name.replace(PACKED, '').replace(PACKED, '');
  const exported = GZIP.test(name) && !stem.includes('.');
  return LOG_ENDING.test(stem) || LOG_ENDING.test(stem.replace(ROTATED, '')) || DELIVERED.test(stem) || exported;
}

/** Any case: `.JSON.GZ` is what some file systems make of it. */
function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
}

/** Written when logging (Bedrock) or an export task (CloudWatch) is set up, to see whether it may write there. */
const MARKERS: readonly (string | undefined)[] = ['amazon-bedrock-logs-permission-check', 'aws-logs-write-test'];

/**
 * Where Bedrock puts bodies of more than 100 KB beside its logs: `…/yyyy/MM/dd/HH/data/REQUEST-ID_input.json.gz`. A folder that is
 * merely named data is like any other.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
 */
const SIDE_OBJECT =
  /(^|\/)\d{4}\/\d\d\/\d\d\/\d\d\/data\/([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_|[^/]+_(input|output)[._])[^/]*$/i;

/**
 * What AWS writes beside the logs and is none.
 * @param path whole, from the root or the bucket on: a source may point into the middle
 */
export function isBesideLogs(path: string): boolean {
  const parts = path.replaceAll('\\', '/');
  return SIDE_OBJECT.test(parts) || MARKERS.includes(parts.split('/').at(-1));
}
