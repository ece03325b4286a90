import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { RecordReading, Reject } from '../../logs/record.ts';
import { type AttributeIds, createBatchBuilder, type RecordBatch } from './batch.ts';
import { createRecordSplitter } from './split-records.ts';

export interface ReadableFile {
  /** What it is known by, here or elsewhere. */
  name: string;
  /** Where its bytes are. */
  path: string;
}

export interface FileReading {
  records: number;
  malformed: Partial<Record<Reject, number>>;
  /** Why the file could not be read to its end; its records must then not be used. */
  damaged?: string;
  /** Records that were not handed over yet: of most files, all. */
  last?: RecordBatch;
}

const BATCH_RECORDS = 8192;
const CHUNK_BYTES = 256 * 1024;

/** A file up to this size is read at once, if its text fits in the second figure. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;
const WHOLE_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Reads one log file, gzip or plain (told by its first bytes, not by its name), in constant memory.
 * @param onBatch takes records as they fill a batch; the file may still turn out damaged afterwards
 */
export async function readLogFile(
  file: ReadableFile,
  ids: AttributeIds,
  onBatch: (batch: RecordBatch) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<FileReading> {
  const reading: FileReading = { records: 0, malformed: {} };
  const builder = createBatchBuilder(ids);
  let line = 0;
  const take = (record: RecordReading) => {
    line++;
    if ('reject' in record) reading.malformed[record.reject] = (reading.malformed[record.reject] ?? 0) + 1;
    else {
      reading.records++;
      // Without a request id nothing can be a repeat of it: its place in the file is its identity.
      builder.add(
        record.invocation.requestId ? record.invocation : { ...record.invocation, requestId: `${file.name}:${line}` },
      );
    }
  };
  const splitter = createRecordSplitter(take);
  try {
    for await (const chunk of openChunks(file)) {
      signal?.throwIfAborted();
      splitter.push(chunk);
      if (builder.size >= BATCH_RECORDS) await onBatch(builder.take());
    }
    splitter.end();
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ...reading, damaged: (error as Error).message };
  }
  return { ...reading, last: builder.take() };
}

/**
 * The file's text in chunks. A name that ends in .gz over plain text is accepted: browsers and proxies unpack on download.
 * Small files are read synchronously: waiting four times for each of thousands of files took longer than reading them.
 */
function openChunks({ name, path }: ReadableFile): AsyncIterable<Buffer> | Iterable<Buffer> {
  if (statSync(path).size <= WHOLE_FILE_BYTES) {
    const text = unpackWhole(readFileSync(path), name);
    if (text !== undefined) return [text];
  }
  const packed = isGzip(headOf(path), name);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  return packed ? unpacked(file) : file;
}

function headOf(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(64);
    return head.subarray(0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

/** Both are closed when either fails or the rest is not wanted; a failure also comes to the one who reads. */
function unpacked(file: Readable): AsyncIterable<Buffer> {
  return pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
}

/** Nearly all log files are small; unpacked in one call they take half the time. Undefined when it would not fit in memory. */
function unpackWhole(bytes: Buffer, name: string): Buffer | undefined {
  if (!isGzip(bytes, name)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: WHOLE_TEXT_BYTES, chunkSize: outputBytes(bytes) });
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

function isGzip(head: Buffer, name: string): boolean {
  if (head[0] === 0x1f && head[1] === 0x8b) return true;
  if (name.endsWith('.gz') && !/^(\xef\xbb\xbf)?\s*[[{]/.test(head.toString('latin1', 0, 64)))
    throw new Error('not gzip data');
  return false;
}
