import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { MOST_FILES } from '../src/engines/files/s3/fetch-ahead.ts';

/** As many under way as bedrock-spend has. */
const AT_ONCE = MOST_FILES;

const BUCKET = 'logs';

/** Lists the bucket and gets every object, with the SDK's client as it comes but for its number of connections. */
export async function getEach(): Promise<void> {
  const client = new S3Client({ requestHandler: { httpAgent: { maxSockets: AT_ONCE } } });
  await eachKey(client, async (key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return (await Body?.transformToByteArray())?.length ?? 0;
  });
}

/**
 * The same with no more than a signature and Node's own client: no retries, no checksums, no credentials but those of the environment,
 * no endpoint but the one given.
 */
export async function getEachLightly(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const endpoint = new URL(process.env['AWS_ENDPOINT_URL'] as string);
  await eachKey(new S3Client({}), (key) => {
    const path = `/${BUCKET}/${key.split('/').map(encodeURIComponent).join('/')}`;
    return new Promise<number>((resolve, reject) => {
      const { hostname, port, host } = endpoint;
      const asked = request({ agent, hostname, port, path, headers: signed(host, path) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).length));
      });
      asked.on('error', reject);
      asked.end();
    });
  });
  agent.destroy();
}

const EMPTY = createHash('sha256').update('').digest('hex');

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function signed(host: string, path: string): Record<string, string> {
  const env = process.env as Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_REGION', string>;
  const moment = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = moment.slice(0, 8);
  const scope = `${day}/${env.AWS_REGION}/s3/aws4_request`;
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const asked = `GET\n${path}\n\nhost:${host}\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${moment}\n\n${names}\n${EMPTY}`;
  const toSign = `AWS4-HMAC-SHA256\n${moment}\n${scope}\n${createHash('sha256').update(asked).digest('hex')}`;
  const key = keyOf(day, env.AWS_SECRET_ACCESS_KEY, env.AWS_REGION);
  const signature = hmac(key, toSign).toString('hex');
  return {
    host,
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': moment,
    authorization: `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

const keys = new Map<string, Buffer>();

/** Good for a day. */
function keyOf(day: string, secret: string, region: string): Buffer {
  const known = keys.get(day) ?? [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  keys.set(day, known as Buffer);
  return known as Buffer;
}

async function eachKey(client: S3Client, get: (key: string) => Promise<number>): Promise<void> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: BUCKET }))
    for (const { Key } of Contents) keys.push(Key as string);
  const left = keys.values();
  let bytes = 0;
  const take = async () => {
    for (const key of left) bytes += await get(key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  client.destroy();
  if (bytes === 0) throw new Error('nothing was fetched');
}
