import { setTimeout as sleep } from 'node:timers/promises';
import { createPacer, type FunctionLimits } from './limits.ts';
import type { RuntimeError } from './runtime-api.ts';

/** Takes what one invocation puts out. */
export interface Output {
  /** Resolves when the next piece is welcome. */
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
  fail(error: RuntimeError): void;
  /** Whether the caller has its answer. */
  readonly settled: boolean;
}

export interface BufferedResult {
  payload: Buffer;
  functionError?: 'Unhandled';
}

/** A function error, at the end of a response stream: InvokeComplete of InvokeWithResponseStream. */
export class FunctionError extends Error {
  readonly errorType: string;
  readonly details: RuntimeError;

  constructor(details: RuntimeError) {
    super(details.errorMessage);
    this.name = 'FunctionError';
    this.errorType = details.errorType;
    this.details = details;
  }
}

/** For Invoke: everything at once, also of a function that streams. */
export function bufferedOutput({ responseBytes }: FunctionLimits): Output & { result: Promise<BufferedResult> } {
  const { promise, resolve } = Promise.withResolvers<BufferedResult>();
  const chunks: Uint8Array[] = [];
  let total = 0;
  let settled = false;

  function settle(result: BufferedResult): void {
    settled = true;
    chunks.length = 0;
    resolve(result);
  }

  return {
    result: promise,
    get settled() {
      return settled;
    },
    async write(chunk) {
      if (settled) return;
      chunks.push(chunk);
      total += chunk.length;
      if (total > responseBytes) this.fail(tooLarge(responseBytes));
    },
    end() {
      if (!settled) settle({ payload: Buffer.concat(chunks) });
    },
    fail(error) {
      if (!settled) settle({ payload: Buffer.from(JSON.stringify(error)), functionError: 'Unhandled' });
    },
  };
}

/**
 * For InvokeWithResponseStream. When the reader cancels, the rest is taken and dropped: Lambda does not tell a function that
 * its caller has gone (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html).
 */
export function streamOutput({ streamBytes, streamRate }: FunctionLimits): Output & {
  stream: ReadableStream<Uint8Array>;
} {
  const delay = createPacer(streamRate);
  const queue: Uint8Array[] = [];
  let total = 0;
  let settled = false;
  let error: FunctionError | undefined;
  let readable = Promise.withResolvers<void>();
  let writable = Promise.withResolvers<void>();

  function settle(failure?: RuntimeError): void {
    if (settled) return;
    settled = true;
    if (failure) error = new FunctionError(failure);
    readable.resolve();
    writable.resolve();
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (queue.length === 0 && !settled) {
          readable = Promise.withResolvers();
          await readable.promise;
        }
        const chunk = queue.shift();
        writable.resolve();
        if (chunk) return controller.enqueue(chunk);
        if (error) return controller.error(error);
        controller.close();
      },
      cancel() {
        queue.length = 0;
        settle();
      },
    },
    { highWaterMark: 0 },
  );

  return {
    stream,
    get settled() {
      return settled;
    },
    async write(chunk) {
      if (settled || chunk.length === 0) return;
      total += chunk.length;
      if (total > streamBytes) return settle(tooLarge(streamBytes));
      const ms = delay(chunk.length);
      if (ms > 0) await sleep(ms);
      if (settled) return;
      queue.push(chunk);
      writable = Promise.withResolvers();
      readable.resolve();
      await writable.promise;
    },
    end: () => settle(),
    fail: (failure) => settle(failure),
  };
}

function tooLarge(limit: number): RuntimeError {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limit} bytes).`,
  };
}
