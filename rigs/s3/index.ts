import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crc64NvmeJs } from '@aws-sdk/checksums/crc';

export interface BucketOptions {
  /** From the request to the answer. */
  latencyMs?: number;
}

/** As S3 does, at most. */
const KEYS_PER_PAGE = 1_000;

interface Stored {
  key: string;
  bytes: Buffer;
  /** CRC-64/NVME, which S3 itself works out for objects that come without a checksum. */
  checksum: string;
}

/**
 * One bucket of S3 on this machine, to be read: ListObjectsV2 and GetObject, in a tenth of the time that moto takes and as late as S3
 * answers. It believes every signature. For what S3 does otherwise there is rigs/moto.ts.
 */
export async function startBucket(
  objects: ReadonlyMap<string, Buffer>,
  { latencyMs = 0 }: BucketOptions = {},
): Promise<{ endpoint: string; close(): void }> {
  const stored = await Promise.all([...objects].map(([key, bytes]) => store(key, bytes)));
  stored.sort((a, b) => (a.key < b.key ? -1 : 1));
  const byKey = new Map(stored.map((object) => [object.key, object]));

  function answer(url: URL, response: ServerResponse): void {
    const [, key = ''] = /^\/[^/]+\/?(.*)$/s.exec(decodeURIComponent(url.pathname)) ?? [];
    const object = byKey.get(key);
    if (key === '') response.end(pageOf(stored, url.searchParams));
    else if (object) response.writeHead(200, headersOf(object)).end(object.bytes);
    else response.writeHead(404, XML).end('<Error><Code>NoSuchKey</Code></Error>');
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://s3');
    if (latencyMs > 0) await sleep(latencyMs);
    if (incoming.headers.authorization) answer(url, response);
    else response.writeHead(403, XML).end('<Error><Code>AccessDenied</Code></Error>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const XML = { 'content-type': 'application/xml' };

async function store(key: string, bytes: Buffer): Promise<Stored> {
  const crc = new Crc64NvmeJs();
  crc.update(bytes);
  return { key, bytes, checksum: Buffer.from(await crc.digest()).toString('base64') };
}

function headersOf({ bytes, checksum }: Stored) {
  return {
    'content-length': bytes.length,
    'content-type': 'application/octet-stream',
    etag: etagOf(checksum),
    'last-modified': 'Sat, 31 Oct 2026 00:00:00 GMT',
    'x-amz-checksum-crc64nvme': checksum,
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
}

function etagOf(checksum: string): string {
  return `"${checksum}"`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function pageOf(stored: readonly Stored[], query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const most = Math.min(KEYS_PER_PAGE, Number(query.get('max-keys') ?? KEYS_PER_PAGE));
  let at = firstAfter(stored, after < prefix ? prefix : after, after < prefix);
  const page: Stored[] = [];
  for (; page.length < most && stored[at]?.key.startsWith(prefix); at++) page.push(stored[at] as Stored);
  const isTruncated = stored[at]?.key.startsWith(prefix) ?? false;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)?.key}</NextContinuationToken>` : '';
  const contents = page.map(
    ({ key, bytes, checksum }) =>
      `<Contents><Key>${key}</Key><LastModified>2026-10-31T00:00:00.000Z</LastModified><ETag>&quot;${checksum}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>${bytes.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Prefix>${prefix}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

/** The first key behind another, or, `inclusive`, that key itself. */
function firstAfter(stored: readonly Stored[], key: string, inclusive: boolean): number {
  let [low, high] = [0, stored.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = (stored[middle] as Stored).key;
    if (at < key || (at === key && !inclusive)) low = middle + 1;
    else high = middle;
  }
  return low;
}
