import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createThread, type Running, type Thread } from '../../thread.ts';
import { createAttributeIds, nameWith, type RecordBatch } from './batch.ts';
import { type FileReading, type ReadableFile, readLogFile } from './read-file.ts';
import type { ReaderGiven, ReaderReply, ReaderRequest } from './worker.ts';

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
export interface ReaderSetup extends ReaderGiven {
  /** What reading threads run. */
  program: URL;
}

/** Readers for that much compressed input: threads when it pays, else this one. */
export function createReaders(totalBytes: number, setup: ReaderSetup): FileReader[] {
  if (totalBytes < THREADS_PAY_ABOVE_BYTES) return [createLocalReader(setup)];
  const threads = Math.min(MAX_READERS, availableParallelism());
  return Array.from({ length: threads }, () => createReaderThread(setup)).flatMap((thread) =>
    Array.from({ length: FILES_PER_THREAD }, (_, id) => createThreadReader(thread, id)),
  );
}

/** A reader with a thread of its own: for a file that was being read when a thread ended. */
export function createLoneReader(setup: ReaderSetup): FileReader {
  return createThreadReader(createReaderThread(setup), 0);
}

/** Lets the event loop turn before each file, so that a server goes on answering and a cancellation is heard. */
function createLocalReader({ secret, labels }: ReaderSetup): FileReader {
  const ids = createAttributeIds(nameWith(secret), labels);
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

const createReaderThread = ({ program, ...given }: ReaderSetup): Thread =>
  createThread(program, {
    resourceLimits: THREAD_LIMITS,
    workerData: given satisfies ReaderGiven,
    listeners: 4 * FILES_PER_THREAD,
    reasonOf,
  });

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') return message;
  return `it took more than the ${THREAD_LIMITS.maxOldGenerationSizeMb} MB of memory that a thread may use (${code}); split the file or leave it out`;
}

/** One of the readers of a thread, told apart by their ids. */
function createThreadReader(thread: Thread, id: number): FileReader {
  return {
    async read(file, onBatch, signal) {
      signal?.throwIfAborted();
      let running: Running;
      try {
        running = thread.running();
      } catch (error) {
        return unread((error as NodeJS.ErrnoException).code ?? (error as Error).message, 'fault');
      }
      const { worker, ended } = running;
      const post = (request: ReaderRequest) => worker.postMessage(request);
      return new Promise((resolve, reject) => {
        const settled = new AbortController();
        const settle = (reading: FileReading) => {
          settled.abort();
          resolve(reading);
        };
        const fail = (error: unknown) => {
          settled.abort();
          reject(error);
        };
        const onMessage = (reply: ReaderReply) => {
          if (reply.id !== id) return;
          if ('reading' in reply) settle(reply.reading);
          // Also what it throws at once is this file's failure: from here it would end the process.
          else new Promise<void>((done) => done(onBatch(reply.batch))).then(() => post({ id }), fail);
        };
        const until = { signal: settled.signal };
        ended.addEventListener('abort', () => settle(unread(ended.reason, 'lost')), until);
        signal?.addEventListener('abort', () => fail(signal.reason), until);
        worker.on('message', onMessage);
        settled.signal.addEventListener('abort', () => worker.off('message', onMessage));
        post({ id, file });
      });
    },
    close: thread.close,
  };
}

function unread(why: string, passing: 'lost' | 'fault'): FileReading {
  return { records: 0, malformed: {}, damaged: `reading it failed (${why})`, passing };
}
