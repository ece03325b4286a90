import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A thread at work. */
export interface Running {
  worker: Worker;
  /** Aborts when the thread has ended, or cannot be understood any more; why is the reason. */
  ended: AbortSignal;
}

/** A thread that is begun anew when it has ended: out of memory, or by a fault of ours. */
export interface Thread {
  /** @throws what Node throws where the system gives no thread */
  running(): Running;
  close(): Promise<void>;
}

export interface ThreadOptions extends WorkerOptions {
  /** How many wait for its messages at the same time. Default: as many as Node takes for usual. */
  listeners?: number;
  /** What an error of it is for people. Default: its message. */
  reasonOf?: (error: NodeJS.ErrnoException) => string;
}

export function createThread(program: URL, options: ThreadOptions = {}): Thread {
  const { listeners, reasonOf = ({ message }) => message, ...ofWorker } = options;
  let running: Running | undefined;

  function begin(): Running {
    const ending = new AbortController();
    const worker = new Worker(program, ofWorker);
    if (listeners !== undefined) worker.setMaxListeners(listeners);
    const end = (why: string) => {
      if (running?.worker === worker) running = undefined;
      ending.abort(why);
    };
    worker.on('error', (error: NodeJS.ErrnoException) => end(reasonOf(error)));
    // An answer is lost, and nobody can tell whose.
    worker.on('messageerror', ({ message }) => {
      end(`its thread said what cannot be read: ${message}`);
      worker.terminate().catch(() => {});
    });
    worker.once('exit', (code) => end(`its thread ended with code ${code}`));
    return { worker, ended: ending.signal };
  }

  return {
    running() {
      running ??= begin();
      return running;
    },
    async close() {
      await running?.worker.terminate();
    },
  };
}
