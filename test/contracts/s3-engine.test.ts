import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll } from 'vitest';
import { startMoto } from '../../rigs/moto.ts';
import { createFilesEngine } from '../../src/engines/files/index.ts';
import { CLIENT } from '../helpers/cloudwatch.ts';
import { writeDeliveries } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';

let moto: Awaited<ReturnType<typeof startMoto>>;
let config: S3ClientConfig;
let client: S3Client;
let buckets = 0;

beforeAll(async () => {
  moto = await startMoto();
  config = { ...CLIENT, region: 'us-east-1', endpoint: moto.endpoint, forcePathStyle: true };
  client = new S3Client(config);
}, 60_000);
afterAll(() => {
  client.destroy();
  moto.close();
});

testEngine('S3', async (deliveries) => {
  const Bucket = `logs-${++buckets}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  await writeDeliveries(folder, deliveries);
  for (const Key of await glob('**/*', { cwd: folder }))
    await client.send(new PutObjectCommand({ Bucket, Key, Body: await readFile(join(folder, Key)) }));
  await rm(folder, { recursive: true });
  return createFilesEngine({ source: `s3://${Bucket}`, ledger: false, s3: config });
});
