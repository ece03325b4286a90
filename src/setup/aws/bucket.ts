import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

const DAY_MS = 86_400_000;

interface Options {
  abortSignal?: AbortSignal;
}

/** A log file of the last day. */
export interface NewestObject {
  bucket: string;
  key: string;
  /** When it was delivered, epoch milliseconds. */
  at: number;
}

/**
 * A newest log file of a region, by the folders that Bedrock writes to:
 * `PREFIX/AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/yyyy/MM/dd/HH/`. Some listings, none of which reads a log.
 * @param place `s3://BUCKET/PREFIX`
 */
export async function newestObject(
  client: S3Client,
  place: string,
  region: string,
  now: number,
  options: Options,
): Promise<NewestObject | undefined> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(place) ?? [];
  const list = async (folder: string) => {
    const input = { Bucket: bucket, Prefix: folder, Delimiter: '/' };
    return client.send(new ListObjectsV2Command(input), options);
  };
  const { CommonPrefixes: accounts = [] } = await list(`${prefix ? `${prefix}/` : ''}AWSLogs/`);
  for (const { Prefix: account } of accounts) {
    for (const day of [now, now - DAY_MS]) {
      const folder = `${account}BedrockModelInvocationLogs/${region}/${new Date(day).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
      const hour = (await list(folder)).CommonPrefixes?.at(-1)?.Prefix;
      const newest = hour ? (await list(hour)).Contents?.at(-1) : undefined;
      if (newest?.Key && newest.LastModified) return { bucket, key: newest.Key, at: newest.LastModified.getTime() };
    }
  }
  return undefined;
}

/** Asks for one byte: whether objects may be read, and unpacked of their encryption, is known only by trying. */
export async function tryToRead(client: S3Client, { bucket, key }: NewestObject, options: Options): Promise<true> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' }), options);
  await Body?.transformToByteArray();
  return true;
}
