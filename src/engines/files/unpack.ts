import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip, gunzipSync } from 'node:zlib';
import { Unreadable } from '../../logs/unreadable.ts';
import { looksLikeLog } from './content.ts';

const CHUNK_BYTES = 256 * 1024;

/** A file up to this size is read at once, if its text fits in the second figure. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;
const WHOLE_TEXT_BYTES = 16 * 1024 * 1024;

/** Unpacking so little takes less than handing it to another thread. */
const LITTLE_BYTES = 16 * 1024;

/** Read without a pause. */
const SLICE_BYTES = 1024 * 1024;

/** Firehose packs what CloudWatch has packed already, when both are told to. */
const MOST_PACKINGS = 3;

const HEAD_BYTES = 1024;

export interface Unpacked {
  chunks: AsyncIterable<Buffer>;
  /** Gives memory back; nothing of the chunks can be read any more. */
  release(): void;
}

/**
 * A file's bytes, unpacked, in chunks. Whether it is gzip its first bytes tell, not its name: browsers and proxies unpack on download.
 * Small files are read synchronously: waiting four times for each of thousands of files took longer than reading them.
 */
export function openChunks(path: string, name: string): Unpacked {
  let whole: Buffer | undefined;

  async function* chunks(): AsyncGenerator<Buffer> {
    if (statSync(path).size <= WHOLE_FILE_BYTES) {
      const bytes = readFileSync(path);
      checkHead(bytes, name);
      whole = await unpackWhole(bytes);
      if (whole !== undefined) {
        yield* slices(whole);
        return;
      }
    } else checkHead(headOf(path), name);
    yield* unpackedChunks(createReadStream(path, { highWaterMark: CHUNK_BYTES }), MOST_PACKINGS);
  }

  return {
    chunks: chunks(),
    release() {
      if (whole) release(whole);
      whole = undefined;
    },
  };
}

/** Gives memory back at once: by the time that it is collected there would be many times as much. */
function release(text: Buffer): void {
  const { buffer } = text;
  // A part of a buffer that others have a part of, too, is left to the collector.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/** What says of itself that it is gzip and is neither that nor text that could be a log was damaged on its way. */
function checkHead(head: Buffer, name: string): void {
  if (!isGzip(head) && /\.gz$/i.test(name) && !looksLikeLog(head.subarray(0, HEAD_BYTES)))
    throw new Unreadable('not gzip data');
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function headOf(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

/** In pieces: between them others have their turn. */
async function* slices(text: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < text.length; start += SLICE_BYTES) {
    if (start > 0) await setImmediate();
    yield text.subarray(start, start + SLICE_BYTES);
  }
}

const unpack = promisify(gunzip);

/** Nearly all log files are small; unpacked in one call they take half the time. Undefined when it would not fit in memory. */
async function unpackWhole(packed: Buffer): Promise<Buffer | undefined> {
  let bytes = packed;
  try {
    for (let packing = 0; packing < MOST_PACKINGS && isGzip(bytes); packing++) {
      const options = { maxOutputLength: WHOLE_TEXT_BYTES, chunkSize: outputBytes(bytes) };
      bytes = bytes.length <= LITTLE_BYTES ? gunzipSync(bytes, options) : await unpack(bytes, options);
    }
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}

/** The length of the text as the gzip trailer states it (RFC 1952), so that it fits in one piece; a hint, whatever it says. */
function outputBytes(bytes: Buffer): number {
  const stated = bytes.length < 18 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  return Math.min(Math.max(stated + 1, 1024), WHOLE_TEXT_BYTES);
}

async function* unpackedChunks(packed: Readable, packings: number): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = packed[Symbol.asyncIterator]();
  const head = await firstBytes(chunks);
  const rest = restOf(head, chunks);
  if (packings > 0 && isGzip(head)) {
    // Both are closed when either fails or the rest is not wanted; a failure also comes to the one who reads.
    const text = pipeline(Readable.from(rest), createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
    yield* unpackedChunks(text, packings - 1);
  } else yield* rest;
}

/** Enough to tell what it is, if there is as much. */
async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* restOf(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}
