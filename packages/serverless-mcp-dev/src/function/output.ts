import type { RuntimeError } from './runtime-api.ts';

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says 6 MB; Lambda's error messages say 6291556.
 * Streams: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export const MAX_BYTES = 6 * 1024 * 1024 + 100;
export const MAX_STREAM_BYTES = 200 * 1024 * 1024;

/** Takes what one invocation puts out. What comes first, an end or a failure, counts. */
export interface Output {
  /** Resolves when the next piece is welcome. */
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
  fail(error: RuntimeError): void;
}

export interface BufferedResult {
  /** Of the error, when there is a functionError. */
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
  const { promise: result, resolve } = Promise.withResolvers<BufferedResult>();
  const chunks: Uint8Array[] = [];
  let total = 0;
  const textOf = (error: RuntimeError) => Buffer.from(JSON.stringify(error));
  const fail = (error: RuntimeError) => resolve({ body: textOf(error), functionError: 'Unhandled' });
  return {
    result,
    async write(chunk) {
      total += chunk.length;
      if (total > MAX_BYTES) fail(tooLarge(MAX_BYTES));
      else chunks.push(chunk);
    },
    end: () => resolve({ body: Buffer.concat(chunks) }),
    fail,
  };
}

/**
 * For InvokeWithResponseStream. When the reader cancels, the rest is taken and dropped: Lambda does not tell a function that
 * its caller has gone (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html).
 */
export function streamOutput(maxBytes: number): Output & { stream: ReadableStream<Uint8Array> } {
  let total = 0;
  let fail = (_: RuntimeError): void => {};
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      fail = (error) => controller.error(new FunctionError(error));
    },
  });
  const writer = writable.getWriter();
  const drop = () => {};
  writer.closed.catch(drop);
  return {
    stream: readable,
    async write(chunk) {
      total += chunk.length;
      if (total > maxBytes) fail(tooLarge(maxBytes));
      else if (chunk.length > 0) await writer.write(chunk).catch(drop);
    },
    end: () => void writer.close().catch(drop),
    fail,
  };
}

function tooLarge(limit: number): RuntimeError {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limit} bytes).`,
  };
}
