import { paginateListObjectsV2, type S3Client, type _Object as S3Object } from '@aws-sdk/client-s3';
import { SpendError } from '../../../domain/errors.ts';
import type { Work } from '../../engine.ts';
import { isBesideLogs, isLogName, isNamedAsLog } from '../log-name.ts';
import type { Listing, LogFile } from '../store.ts';
import type { BucketSource } from './source.ts';

/** Objects of these classes cannot be read, https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html */
const ARCHIVE_CLASSES: readonly (string | undefined)[] = ['GLACIER', 'DEEP_ARCHIVE'];

/** Lists the log files of a bucket, 1,000 keys a request. @throws SpendError SOURCE_NOT_FOUND when nothing is there */
export async function listObjects(
  client: S3Client,
  { bucket, prefix }: BucketSource,
  { signal, onProgress }: Work,
): Promise<Listing> {
  const root = `s3://${bucket}/${prefix.slice(0, prefix.lastIndexOf('/') + 1)}`;
  const listing: Listing = { root, files: [], skipped: 0, unread: [], requests: 0 };
  let keys = 0;
  const pages = paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: prefix, OptionalObjectAttributes: ['RestoreStatus'] },
    signal ? { abortSignal: signal } : {},
  );
  // A prefix that is the name of an object is also the beginning of other names.
  const isAsked = (key: string | undefined) => !isNamedAsLog(prefix) || key === prefix;
  for await (const { Contents = [] } of pages) {
    for (const object of Contents) if (isAsked(object.Key)) add(listing, fileFromObject(bucket, object));
    listing.requests++;
    keys += Contents.length;
    onProgress?.({ done: keys, total: 0, message: `listing objects, ${keys.toLocaleString('en-US')} so far` });
  }
  if (keys === 0) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      `There is nothing under s3://${bucket}/${prefix}. Point at the folder that holds AWSLogs/; "bedrock-spend doctor" says where Bedrock logs to.`,
    );
  }
  return listing;
}

function add(listing: Listing, file: LogFile): void {
  // A console's empty object that stands for a folder.
  if (file.name.endsWith('/')) return;
  const isHidden = file.name
    .slice(listing.root.length)
    .split('/')
    .some((part) => part.startsWith('.'));
  if (!isHidden && isLogName(file.name) && !isBesideLogs(file.name)) listing.files.push(file);
  else listing.skipped++;
}

function fileFromObject(bucket: string, { Key, Size, ETag, StorageClass, RestoreStatus }: S3Object): LogFile {
  const readable = !ARCHIVE_CLASSES.includes(StorageClass) || RestoreStatus?.RestoreExpiryDate !== undefined;
  const file = { name: `s3://${bucket}/${Key}`, size: Size ?? 0, version: ETag ?? '' };
  return readable ? file : { ...file, archived: true };
}
