import { parentPort, workerData } from 'node:worker_threads';
import { createAttributeIds, nameWith, type RecordBatch } from './batch.ts';
import type { LabelState } from './labels.ts';
import { type FileReading, type ReadableFile, readLogFile } from './read-file.ts';

/** What a reader begins with. */
export interface ReaderGiven {
  /** What the ledger names attribute sets with. */
  secret: Uint8Array;
  /** What it knows of labels. */
  labels: LabelState;
}

/** To a reading thread: read this file, or: the batch of that file was written, go on. */
export type ReaderRequest = { id: number; file: ReadableFile } | { id: number };

/** From it: a batch to write, or what the whole file was. */
export type ReaderReply = { id: number; batch: RecordBatch } | { id: number; reading: FileReading };

const reply = (message: ReaderReply) => parentPort?.postMessage(message);
const { secret, labels } = workerData as ReaderGiven;
const ids = createAttributeIds(nameWith(secret), labels);
const waiting = new Map<number, () => void>();

parentPort?.on('message', (message: ReaderRequest) => {
  if ('file' in message) read(message.id, message.file);
  else waiting.get(message.id)?.();
});

/** Sends each full batch and goes on when it was written, so that a fast reader never piles up batches in memory. */
function read(id: number, file: ReadableFile): void {
  const send = (batch: RecordBatch) => {
    reply({ id, batch });
    return new Promise<void>((resolve) => waiting.set(id, resolve));
  };
  readLogFile(file, ids, send).then(
    (reading) => {
      waiting.delete(id);
      reply({ id, reading });
    },
    (error: Error) => reply({ id, reading: { records: 0, malformed: {}, damaged: error.message } }),
  );
}
