import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RecordBatch } from './batch.ts';
import { type FileReading, readLogFile } from './read-file.ts';

/** Reads files, some at a time. `read` never has two calls on one reader under way. */
export interface FileReader {
  read(path: string, onBatch: (batch: RecordBatch) => void | Promise<void>, signal?: AbortSignal): Promise<FileReading>;
  close(): Promise<void>;
}

/** Below this much compressed input, starting threads takes longer than they save. */
const THREADS_PAY_ABOVE_BYTES = 8 * 1024 * 1024;

/** Beyond four readers the one writer to the ledger is what limits. */
const MAX_READERS = 4;

/** Readers for that much compressed input: threads when it pays, else this one. */
export function createReaders(totalBytes: number): FileReader[] {
  if (totalBytes < THREADS_PAY_ABOVE_BYTES) return Array.from({ length: MAX_READERS }, createLocalReader);
  return Array.from({ length: Math.min(MAX_READERS, availableParallelism()) }, createThreadReader);
}

function createLocalReader(): FileReader {
  return { read: readLogFile, close: async () => {} };
}

function createThreadReader(): FileReader {
  // In the package this file is .js, from a checkout .ts: the thread's file has the same ending.
  const worker = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));
  return {
    read(path, onBatch, signal) {
      return new Promise((resolve, reject) => {
        const settle = () => {
          worker.off('error', fail);
          worker.off('message', onMessage);
          signal?.removeEventListener('abort', onAbort);
        };
        const fail = (error: unknown) => {
          settle();
          reject(error);
        };
        const onAbort = () => fail(signal?.reason);
        const onMessage = (message: { batch: RecordBatch } | { reading: FileReading }) => {
          if ('batch' in message) {
            Promise.resolve(onBatch(message.batch)).then(() => worker.postMessage({}), fail);
            return;
          }
          settle();
          resolve(message.reading);
        };
        worker.on('error', fail);
        worker.on('message', onMessage);
        signal?.addEventListener('abort', onAbort);
        worker.postMessage({ path });
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}
