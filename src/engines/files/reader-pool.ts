import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { createAttributeIds, nameWith, type RecordBatch } from './batch.ts';
import { type FileReading, type ReadableFile, readLogFile } from './read-file.ts';
import type { ReaderReply, ReaderRequest } from './worker.ts';

/** Reads files, some at a time. `read` never has two calls on one reader under way. */
export interface FileReader {
  read(
    file: ReadableFile,
    onBatch: (batch: RecordBatch) => void | Promise<void>,
    signal?: AbortSignal,
  ): Promise<FileReading>;
  close(): Promise<void>;
}

/** Below this much compressed input, starting threads takes longer than they save. */
const THREADS_PAY_ABOVE_BYTES = 8 * 1024 * 1024;

/** Beyond four readers the one writer to the ledger is what limits. */
const MAX_READERS = 4;

/** Files on their way through one thread: while one is unpacked the next is fetched and the last one written. */
const FILES_PER_THREAD = 3;

/**
 * Readers for that much compressed input: threads when it pays, else this one.
 * @param secret what the ledger names attribute sets with
 */
export function createReaders(totalBytes: number, secret: Uint8Array): FileReader[] {
  if (totalBytes < THREADS_PAY_ABOVE_BYTES) return [createLocalReader(secret)];
  const threads = Array.from({ length: Math.min(MAX_READERS, availableParallelism()) }, () => createThread(secret));
  return threads.flatMap((thread) =>
    Array.from({ length: FILES_PER_THREAD }, (_, id) => createThreadReader(thread, id)),
  );
}

/** Lets the event loop turn before each file, so that a server goes on answering and a cancellation is heard. */
function createLocalReader(secret: Uint8Array): FileReader {
  const ids = createAttributeIds(nameWith(secret));
  return {
    async read(file, onBatch, signal) {
      await setImmediate();
      return readLogFile(file, ids, onBatch, signal);
    },
    close: async () => {},
  };
}

/** A reader makes garbage only: with a small nursery V8 takes it away instead of letting it grow to hundreds of megabytes. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 512 };

/** In the package this file is .js, from a checkout .ts: the thread's file has the same ending. */
function createThread(secret: Uint8Array): Worker {
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
  return new Worker(file, { resourceLimits: THREAD_LIMITS, workerData: secret }).setMaxListeners(3 * FILES_PER_THREAD);
}

/** One of the readers of a thread, told apart by their ids. */
function createThreadReader(thread: Worker, id: number): FileReader {
  const post = (request: ReaderRequest) => thread.postMessage(request);
  return {
    read(file, onBatch, signal) {
      return new Promise((resolve, reject) => {
        const settle = () => {
          thread.off('error', fail);
          thread.off('message', onMessage);
          signal?.removeEventListener('abort', onAbort);
        };
        const fail = (error: unknown) => {
          settle();
          reject(error);
        };
        const onAbort = () => fail(signal?.reason);
        const onMessage = (reply: ReaderReply) => {
          if (reply.id !== id) return;
          if ('batch' in reply) {
            Promise.resolve(onBatch(reply.batch)).then(() => post({ id }), fail);
            return;
          }
          settle();
          resolve(reply.reading);
        };
        thread.on('error', fail);
        thread.on('message', onMessage);
        signal?.addEventListener('abort', onAbort);
        post({ id, file });
      });
    },
    async close() {
      await thread.terminate();
    },
  };
}
