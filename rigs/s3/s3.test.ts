import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLIENT } from '../../test/helpers/cloudwatch.ts';
import { startBucket } from './index.ts';

/** Some more than two pages of a folder, and one beside it. */
const KEYS = ['a/other', ...Array.from({ length: 2_100 }, (_, index) => `b/${String(index).padStart(4, '0')} é.json`)];

let bucket: Awaited<ReturnType<typeof startBucket>>;
let client: S3Client;

beforeAll(async () => {
  bucket = await startBucket(new Map(KEYS.map((key) => [key, Buffer.from(`text of ${key}`)])));
  client = new S3Client({ ...CLIENT, region: 'us-east-1', endpoint: bucket.endpoint });
});
afterAll(() => {
  client.destroy();
  bucket.close();
});

it('lists what begins with a prefix, page by page, with sizes', async () => {
  const pages: string[][] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: 'logs', Prefix: 'b/' })) {
    expect(Contents[0]).toMatchObject({ Size: 22, ETag: expect.stringMatching(/^".+"$/), StorageClass: 'STANDARD' });
    pages.push(Contents.map(({ Key }) => Key as string));
  }
  expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 100]);
  expect(pages.flat()).toEqual(KEYS.slice(1));
});

it('gives objects with a checksum that the SDK finds right', async () => {
  const answer = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: KEYS[1] }));
  expect(answer.ChecksumCRC64NVME).toMatch(/=$/);
  expect(await answer.Body?.transformToString()).toBe(`text of ${KEYS[1]}`);
});

it('has no other objects', async () => {
  await expect(client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'b/nothing' }))).rejects.toThrow(
    expect.objectContaining({ name: 'NoSuchKey' }),
  );
});
