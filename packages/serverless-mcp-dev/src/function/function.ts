import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInstance, type Instance, type InstanceInfo, type Job } from './instance.ts';
import {
  type BufferedResult,
  bufferedOutput,
  MAX_BYTES,
  MAX_STREAM_BYTES,
  type Output,
  streamOutput,
} from './output.ts';
import { ensureRic, type Ric } from './ric.ts';
import type { RuntimeError } from './runtime-api.ts';

export interface FunctionOptions {
  /** '/abs/dir/index.handler': the file without its extension, and the export. */
  handler: string;
  /** Default: local. */
  name?: string;
  /** All the environment variables the function gets, besides Lambda's. @param tmp the instance's folder in the place of /tmp */
  env?: Record<string, string> | ((tmp: string) => Record<string, string>);
  /** The most instances at once; 0 throttles everything, as a reserved concurrency of 0 does. Default: 1. */
  instances?: number;
  /** How long an invocation waits for an instance before it is throttled. Lambda throttles at once. Default: 1 second. */
  waitMs?: number;
  /** What the function is told; nothing is limited by it. Default: 1024. */
  memoryMb?: number;
  /** Default: 3 seconds, as Lambda's. */
  timeoutMs?: number;
  /** The most that a stream has. Default: 200 MB, as Lambda's. */
  streamBytes?: number;
  ric?: Ric;
  /** Of what is done here, and not by the function. */
  log?: (line: string) => void;
  /** What the function prints. */
  onLog?: (line: string, instance: number) => void;
  /** An instance was found for an event. */
  onPlaced?: (event: unknown, instance: number) => void;
  /** An instance ended otherwise than by `renew` or `close`. */
  onDeath?: (instance: number, why: RuntimeError) => void;
}

/** Lambda refused: the function was not called. */
export class InvokeError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, name: string, message: string) {
    super(message);
    this.name = name;
    this.statusCode = statusCode;
  }
}

export interface StreamingInvocation {
  requestId: string;
  /** Errors with a FunctionError when the function fails. Cancelling it does not reach the function. */
  body: ReadableStream<Uint8Array>;
}

export type BufferedInvocation = BufferedResult & { requestId: string };

export interface LambdaFunction {
  /** @throws InvokeError */
  invoke(event: unknown, options: { streaming: true }): Promise<StreamingInvocation>;
  invoke(event: unknown, options?: { streaming?: false }): Promise<BufferedInvocation>;
  /** Kills an instance's process, as a crash of its environment does. */
  kill(index: number): void;
  /** New code: who waits or comes gets an instance of it; instances of the old end as soon as they have answered. */
  renew(handler: string): void;
  /** All there have been, also the dead. */
  instances(): InstanceInfo[];
  close(): Promise<void>;
}

const REGION = 'us-east-1';
/** A response ends moments before the runtime asks for more work: a next request waits this long before it costs a start. */
const SETTLE_MS = 100;

export async function startFunction(options: FunctionOptions): Promise<LambdaFunction> {
  const { instances: capacity = 1, waitMs = 1000 } = options;
  const ric = options.ric ?? (await ensureRic(options.log ?? (() => {})));
  const { name = 'local' } = options;
  const functionArn = `arn:aws:lambda:${REGION}:000000000000:function:${name}`;
  const instances: Instance[] = [];
  let handler = options.handler;
  const waiters: { job: Job; placed(): void }[] = [];
  let closing = false;

  const living = () => instances.filter((instance) => instance.counts());
  const canStart = () => !closing && living().length < capacity;

  function startFor(job: Job): boolean {
    if (!canStart()) return false;
    const index = instances.length;
    const code = handler;
    const instance = createInstance(
      {
        index,
        entry: ric,
        taskRoot: dirname(code),
        functionArn,
        env: (tmp) => environment({ ...options, name, handler: code }, tmp),
        timeoutMs: options.timeoutMs ?? 3000,
        onLog: (line) => options.onLog?.(line, index),
        onFree: serveWaiters,
        onDeath: (why) => options.onDeath?.(index, why),
      },
      job,
    );
    instances.push(instance);
    job.placed(index);
    return true;
  }

  function placeOnInstance(job: Job): boolean {
    const instance = instances.find((each) => each.available());
    if (instance === undefined) return false;
    instance.run(job);
    job.placed(instance.info().index);
    return true;
  }

  function serveWaiters(): void {
    while (waiters[0] && (placeOnInstance(waiters[0].job) || startFor(waiters[0].job))) waiters.shift()?.placed();
  }

  async function wait(job: Job, ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { job, placed: resolve };
    waiters.push(waiter);
    await Promise.race([promise, sleep(ms, undefined, { ref: false })]);
    const left = waiters.indexOf(waiter);
    if (left >= 0) waiters.splice(left, 1);
    return left < 0;
  }

  async function place(job: Job): Promise<void> {
    if (placeOnInstance(job)) return;
    const settling = living().some((instance) => instance.info().state === 'finishing');
    if (settling && canStart() && (await wait(job, SETTLE_MS))) return;
    if (startFor(job) || (capacity > 0 && (await wait(job, waitMs)))) return;
    throw new InvokeError(429, 'TooManyRequestsException', 'Rate Exceeded.');
  }

  async function run(event: unknown, output: Output): Promise<string> {
    const payload = Buffer.from(JSON.stringify(event));
    if (payload.length > MAX_BYTES) {
      const message = `Request must be smaller than ${MAX_BYTES} bytes for the InvokeFunction operation`;
      throw new InvokeError(413, 'RequestEntityTooLargeException', message);
    }
    if (closing) throw new InvokeError(404, 'ResourceNotFoundException', `Function not found: ${functionArn}`);
    const requestId = randomUUID();
    await place({ requestId, payload, output, placed: (index) => options.onPlaced?.(event, index) });
    return requestId;
  }

  async function invokeStreaming(event: unknown): Promise<StreamingInvocation> {
    const output = streamOutput(options.streamBytes ?? MAX_STREAM_BYTES);
    return { requestId: await run(event, output), body: output.stream };
  }

  async function invokeBuffered(event: unknown): Promise<BufferedInvocation> {
    const output = bufferedOutput();
    return { requestId: await run(event, output), ...(await output.result) };
  }

  async function close(): Promise<void> {
    closing = true;
    await Promise.all(instances.map((instance) => instance.close()));
  }

  return {
    invoke: ((event: unknown, { streaming = false } = {}) =>
      streaming ? invokeStreaming(event) : invokeBuffered(event)) as LambdaFunction['invoke'],
    kill: (index) => instances[index]?.kill(),
    renew(next) {
      handler = next;
      for (const instance of instances) instance.retire();
      serveWaiters();
    },
    instances: () => instances.map((instance) => instance.info()),
    close,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function environment(options: FunctionOptions, tmp: string): Record<string, string> {
  const { handler, env, name = 'local', memoryMb = 1024 } = options;
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    // Not Lambda's: what is written without being told where lies in the instance's folder, as it would in its /tmp.
    TMPDIR: tmp,
    XDG_CACHE_HOME: join(tmp, 'cache'),
    ...(typeof env === 'function' ? env(tmp) : env),
    _HANDLER: basename(handler),
    LAMBDA_TASK_ROOT: dirname(handler),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `2026/10/01/[$LATEST]${randomUUID().replaceAll('-', '')}`,
  };
}
