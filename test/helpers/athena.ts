import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Athena, type AthenaOptions, startAthena } from '../../rigs/athena/index.ts';
import { startMoto } from '../../rigs/moto.ts';
import { type AthenaOptions as AthenaEngineOptions, createAthenaEngine } from '../../src/engines/athena/index.ts';
import { CLIENT } from './cloudwatch.ts';

/** Records in the folders that Bedrock puts them in: by account, region and hour, compressed. What is no record goes anywhere. */
export function foldersOf(lines: readonly string[]): Record<string, Uint8Array> {
  const texts = new Map<string, string>();
  for (const line of lines) {
    const field = (name: string) => new RegExp(`"${name}": ?"([^"]+)"`).exec(line)?.[1];
    const hour = (field('timestamp') ?? '2026-10-14T12').slice(0, 13).replace(/[-T]/g, '/');
    const [account, region] = [field('accountId') ?? '111122223333', field('region') ?? 'us-east-1'];
    const key = `AWSLogs/${account}/BedrockModelInvocationLogs/${region}/${hour}/1.json.gz`;
    texts.set(key, `${texts.get(key) ?? ''}${line}\n`);
  }
  return Object.fromEntries([...texts].map(([key, text]) => [key, gzipSync(text)]));
}

/** Athena, and the S3 whose folders are listed: each has its own copy of the objects. */
export interface AthenaOverS3 {
  athena: Athena;
  /** Makes a bucket of log files, by key. */
  bucket(name: string, objects: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
  engine(source: string, how?: Pick<AthenaEngineOptions, 'scans' | 'now'>): ReturnType<typeof createAthenaEngine>;
  /** Another Athena over the same S3. */
  beside(options: AthenaOptions): Promise<AthenaOverS3>;
  close(): Promise<void>;
}

export async function startAthenaOverS3(options: AthenaOptions = {}): Promise<AthenaOverS3> {
  const moto = await startMoto();
  const rig = await startOver(moto.endpoint, options);
  return {
    ...rig,
    async close() {
      await rig.close();
      moto.close();
    },
  };
}

async function startOver(endpoint: string, options: AthenaOptions): Promise<AthenaOverS3> {
  const athena = await startAthena({
    workGroups: { primary: { outputLocation: 's3://results/' } },
    queries: { queuedPolls: 0, runningPolls: 0 },
    ...options,
  });
  const s3 = { ...CLIENT, region: 'us-east-1', endpoint, forcePathStyle: true };
  const client = new S3Client(s3);
  return {
    athena,
    async bucket(name, objects) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
      for (const [key, bytes] of Object.entries(objects)) {
        athena.putObject(name, key, bytes);
        // Moto is asked for names and sizes alone.
        await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: bytes }));
      }
    },
    engine: (source, how = {}) =>
      createAthenaEngine({
        ...how,
        source,
        athena: { ...CLIENT, region: 'us-east-1', endpoint: athena.endpoint, maxAttempts: 2 },
        s3,
      }),
    beside: (others) => startOver(endpoint, others),
    async close() {
      client.destroy();
      await athena.close();
    },
  };
}
