import { createWriteStream, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { Lack } from '../store.ts';

/** How often bytes that end early are asked for again. The SDK itself repeats only what failed before the first byte. */
const MOST_ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * Up to this size an object is written, and taken away again, in one go: each time that the system is asked beside this thread takes
 * longer than such a file does, and thousands of them are the usual case.
 */
export const SMALL_BYTES = 256 * 1024;

const DISK_ERRORS: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE', 'ENOENT'];

/** What this machine's disk refuses is neither the object's fault nor AWS's. */
export function isDiskError(error: unknown): boolean {
  return DISK_ERRORS.includes((error as NodeJS.ErrnoException).code);
}

const LACKS: Readonly<Record<string, Lack>> = { NoSuchKey: 'gone', InvalidObjectState: 'archived' };

/**
 * Brings an object to a file. Node fails an answer that ends before its stated length, and the SDK one whose checksum is not
 * the one that S3 stored.
 * @returns why it could not be had, or undefined when it is there
 */
export async function fetchObject(
  client: S3Client,
  bucket: string,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<Lack | undefined> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(PAUSE_MS * attempt, undefined, { signal });
    const answer = await getObject(client, bucket, key, signal);
    if (typeof answer === 'string') return answer;
    if (await isSaved(answer, path, signal)) return undefined;
  }
  return 'cut off';
}

async function getObject(
  client: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<GetObjectCommandOutput | Lack> {
  try {
    return await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
  } catch (error) {
    const lack = LACKS[(error as Error).name];
    if (lack === undefined) throw error;
    return lack;
  }
}

/** False when the bytes are not all there, or not those that were stored. */
async function isSaved({ Body, ContentLength }: GetObjectCommandOutput, path: string, signal: AbortSignal) {
  try {
    if (ContentLength !== undefined && ContentLength <= SMALL_BYTES)
      writeFileSync(path, (await Body?.transformToByteArray()) ?? '', { mode: 0o600 });
    // Without the signal, which is heard by the request itself: passing it here costs as much as writing the file.
    else await pipeline(Body as Readable, createWriteStream(path, { mode: 0o600 }));
    return true;
  } catch (error) {
    if (signal.aborted || isDiskError(error)) throw error;
    return false;
  }
}
