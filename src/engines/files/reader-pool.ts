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

/** In the package this file is .js, from a checkout .ts: the thread's file has the same ending. */
export const READER_PROGRAM = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** What all readers of an ingest have in common. */
export interface ReaderSetup {
  /** What reading threads run. */
  program: URL;
  /** What the ledger names attribute sets with. */
  secret: Uint8Array;
}

/** Readers for that much compressed input: threads when it pays, else this one. */
export function createReaders(totalBytes: number, setup: ReaderSetup): FileReader[] {
  if (totalBytes < THREADS_PAY_ABOVE_BYTES) return [createLocalReader(setup)];
  const threads = Math.min(MAX_READERS, availableParallelism());
  return Array.from({ length: threads }, () => createThread(setup)).flatMap((thread) =>
    Array.from({ length: FILES_PER_THREAD }, (_, id) => createThreadReader(thread, id)),
  );
}

/** A reader with a thread of its own: for a file that was being read when a thread ended. */
export function createLoneReader(setup: ReaderSetup): FileReader {
  return createThreadReader(createThread(setup), 0);
}

/** Lets the event loop turn before each file, so that a server goes on answering and a cancellation is heard. */
function createLocalReader({ secret }: ReaderSetup): FileReader {
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

/** A thread that is begun anew when it has ended: out of memory, or by a fault of ours. */
interface Thread {
  worker(): Worker;
  /** Why the last one ended. */
  readonly reason: string;
  close(): Promise<void>;
}

function createThread({ program, secret }: ReaderSetup): Thread {
  let worker: Worker | undefined;
  let reason = '';

  function begin(): Worker {
    const begun = new Worker(program, { resourceLimits: THREAD_LIMITS, workerData: secret }).setMaxListeners(
      4 * FILES_PER_THREAD,
    );
    begun.on('error', (error) => {
      reason = error.message;
    });
    begun.once('exit', () => {
      if (worker === begun) worker = undefined;
    });
    return begun;
  }

  return {
    worker() {
      worker ??= begin();
      return worker;
    },
    get reason() {
      return reason;
    },
    async close() {
      await worker?.terminate();
    },
  };
}

/** One of the readers of a thread, told apart by their ids. */
function createThreadReader(thread: Thread, id: number): FileReader {
  return {
    read(file, onBatch, signal) {
      const worker = thread.worker();
      const post = (request: ReaderRequest) => worker.postMessage(request);
      return new Promise((resolve, reject) => {
        const settle = () => {
          worker.off('exit', onExit);
          worker.off('message', onMessage);
          signal?.removeEventListener('abort', onAbort);
        };
        const fail = (error: unknown) => {
          settle();
          reject(error);
        };
        const onExit = () => {
          settle();
          resolve({ records: 0, malformed: {}, damaged: `reading it failed (${thread.reason})`, passing: 'lost' });
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
        worker.on('exit', onExit);
        worker.on('message', onMessage);
        signal?.addEventListener('abort', onAbort);
        post({ id, file });
      });
    },
    close: thread.close,
  };
}
