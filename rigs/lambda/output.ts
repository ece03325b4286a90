import type { RuntimeError } from './runtime-api.ts';

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says 6 MB; Lambda's error messages say 6291556.
 * Streams: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export const MAX_BYTES = 6 * 1024 * 1024 + 100;
export const MAX_STREAM_BYTES = 200 * 1024 * 1024;

/** Takes what one invocation puts out. */
export interface Output {
  /** Resolves when the next piece is welcome. */
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
  fail(error: RuntimeError): void;
}

export interface BufferedResult {
  body: Buffer;
  functionError?: 'Unhandled';
}

/** A function error, at the end of a response stream: InvokeComplete of InvokeWithResponseStream. */
export class FunctionError extends Error {
  readonly errorType: string;

  constructor({ errorType, errorMessage }: RuntimeError) {
    super(errorMessage);
    this.name = 'FunctionError';
    this.errorType = errorType;
  }
}

/** For Invoke: everything at once, also of a function that streams. */
export function bufferedOutput(): Output & { result: Promise<BufferedResult> } {
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
    async write(chunk) {
      if (settled) return;
      chunks.push(chunk);
      total += chunk.length;
      if (total > MAX_BYTES) this.fail(tooLarge(MAX_BYTES));
    },
    end() {
      if (!settled) settle({ body: Buffer.concat(chunks) });
    },
    fail(error) {
      if (!settled) settle({ body: Buffer.from(JSON.stringify(error)), functionError: 'Unhandled' });
    },
  };
}

/**
 * For InvokeWithResponseStream. When the reader cancels, the rest is taken and dropped: Lambda does not tell a function that
 * its caller has gone (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html).
 */
export function streamOutput(maxBytes: number): Output & { stream: ReadableStream<Uint8Array> } {
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
    async write(chunk) {
      if (settled || chunk.length === 0) return;
      total += chunk.length;
      if (total > maxBytes) return settle(tooLarge(maxBytes));
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
