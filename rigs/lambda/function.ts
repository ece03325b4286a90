import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInstance, type Instance, type InstanceInfo, type Job } from './instance.ts';
import { FUNCTION_LIMITS, type FunctionLimits } from './limits.ts';
import { type BufferedResult, bufferedOutput, type Output, streamOutput } from './output.ts';
import { ensureRic, type Ric } from './ric.ts';

export interface FunctionOptions {
  /** '/abs/dir/index.handler': the file without its extension, and the export. */
  handler: string;
  /** All the environment variables the function gets, besides Lambda's. */
  env?: Record<string, string>;
  /** The most instances at once. Default: 1. */
  instances?: number;
  /** Starts all instances at once and waits for them, as provisioned concurrency does. Default: they start on demand. */
  startAll?: boolean;
  /** Fewer invocations at once than instances; 0 throttles everything. */
  reservedConcurrency?: number;
  /** `reuse` fills a warm instance first, as Lambda does; `spread` takes the one that has rested longest. Default: reuse. */
  placement?: 'reuse' | 'spread';
  /** How long an invocation waits for an instance before it is throttled. Lambda throttles at once. Default: 1 second. */
  waitMs?: number;
  /** Default: 3 seconds, as Lambda's. */
  timeoutMs?: number;
  /** Default: 10 seconds, as Lambda's. */
  initTimeoutMs?: number;
  /** Stops an instance between invocations. Default: true. */
  freeze?: boolean;
  name?: string;
  region?: string;
  memorySizeMb?: number;
  limits?: Partial<FunctionLimits>;
  ric?: Ric;
  /** Of the rig itself. */
  log?: (line: string) => void;
  /** What would go to CloudWatch. */
  onLog?: (line: string, instance: number) => void;
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
  statusCode: 200;
  requestId: string;
  /** Errors with a FunctionError when the function fails. Cancelling it does not reach the function. */
  body: ReadableStream<Uint8Array>;
}

export interface BufferedInvocation {
  statusCode: 200;
  requestId: string;
  /** Of the error, when there is a functionError. */
  body: Buffer;
  functionError?: 'Unhandled';
}

export interface LambdaFunction {
  readonly arn: string;
  /** Which runtime interface client runs the instances. */
  readonly ric: Ric;
  /** @throws InvokeError */
  invoke(event: unknown, options: { streaming: true }): Promise<StreamingInvocation>;
  invoke(event: unknown, options?: { streaming?: false }): Promise<BufferedInvocation>;
  /** Kills an instance's process, as a crash of its environment does. @returns its index */
  kill(index?: number): number;
  /** All there have been, also the dead. */
  instances(): InstanceInfo[];
  close(): Promise<void>;
}

interface Waiter {
  job: Job;
  placed(): void;
}

const ACCOUNT = '000000000000';
/** A response ends moments before the runtime asks for more work: a next request waits this long before it costs a start. */
const SETTLE_MS = 100;

export async function startFunction(options: FunctionOptions): Promise<LambdaFunction> {
  const { placement = 'reuse', waitMs = 1000, region = 'us-east-1', name = 'rig' } = options;
  const limits = { ...FUNCTION_LIMITS, ...options.limits };
  const capacity = Math.min(options.instances ?? 1, options.reservedConcurrency ?? Number.POSITIVE_INFINITY);
  const ric = options.ric ?? (await ensureRic(options.log ?? (() => {})));
  const arn = `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}`;
  const instances: Instance[] = [];
  const resting: Instance[] = [];
  const waiters: Waiter[] = [];
  let closing = false;

  function start(job?: Job): Instance {
    const index = instances.length;
    const instance: Instance = createInstance(
      {
        index,
        entry: ric.entry,
        taskRoot: dirname(options.handler),
        functionArn: arn,
        memorySizeMb: options.memorySizeMb ?? 1024,
        env: environment(options, region, name),
        timeoutMs: options.timeoutMs ?? 3000,
        initTimeoutMs: options.initTimeoutMs ?? 10_000,
        freeze: options.freeze ?? true,
        onLog: (line) => options.onLog?.(line, index),
        onFree() {
          resting.push(instance);
          serveWaiters();
        },
        onDead: serveWaiters,
      },
      job,
    );
    instances.push(instance);
    return instance;
  }

  const living = () => instances.filter((instance) => instance.info().state !== 'dead');
  const canStart = () => !closing && living().length < capacity;

  function restingInstance(): Instance | undefined {
    const able = resting.filter((instance) => instance.available());
    const instance = placement === 'reuse' ? able.at(-1) : able[0];
    if (instance) resting.splice(resting.indexOf(instance), 1);
    return instance ?? living().find((other) => other.available());
  }

  function placeOnInstance(job: Job): boolean {
    if (placement === 'spread' && startFor(job)) return true;
    const instance = restingInstance();
    instance?.run(job);
    return instance !== undefined;
  }

  function startFor(job: Job): boolean {
    if (!canStart()) return false;
    start(job);
    return true;
  }

  function serveWaiters(): void {
    while (waiters[0] && (placeOnInstance(waiters[0].job) || startFor(waiters[0].job))) waiters.shift()?.placed();
  }

  async function wait(job: Job, ms: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter: Waiter = { job, placed: resolve };
    waiters.push(waiter);
    await Promise.race([promise, sleep(ms, undefined, { ref: false })]);
    const left = waiters.indexOf(waiter);
    if (left >= 0) waiters.splice(left, 1);
    return left < 0;
  }

  async function place(job: Job): Promise<void> {
    if (capacity > 0 && placeOnInstance(job)) return;
    const settling = living().some((instance) => instance.info().state === 'finishing');
    if (settling && canStart() && (await wait(job, SETTLE_MS))) return;
    if (startFor(job) || (capacity > 0 && (await wait(job, waitMs)))) return;
    throw new InvokeError(429, 'TooManyRequestsException', 'Rate Exceeded.');
  }

  async function run(event: unknown, output: Output): Promise<string> {
    const payload = Buffer.from(JSON.stringify(event) ?? '{}');
    if (payload.length > limits.requestBytes) throw requestTooLarge(limits.requestBytes);
    if (closing) throw new InvokeError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
    const requestId = randomUUID();
    await place({ requestId, payload, output });
    return requestId;
  }

  async function invokeStreaming(event: unknown): Promise<StreamingInvocation> {
    const output = streamOutput(limits);
    return { statusCode: 200, requestId: await run(event, output), body: output.stream };
  }

  async function invokeBuffered(event: unknown): Promise<BufferedInvocation> {
    const output = bufferedOutput(limits);
    const requestId = await run(event, output);
    const { payload, ...rest }: BufferedResult = await output.result;
    return { statusCode: 200, requestId, body: payload, ...rest };
  }

  async function close(): Promise<void> {
    closing = true;
    await Promise.all(instances.map((instance) => instance.close()));
  }

  if (options.startAll) {
    for (let index = 0; index < capacity; index += 1) start();
    await Promise.all(instances.map((instance) => instance.ready)).catch(async (error) => {
      await close();
      throw error;
    });
  }

  return {
    arn,
    ric,
    invoke: ((event: unknown, { streaming = false } = {}) =>
      streaming ? invokeStreaming(event) : invokeBuffered(event)) as LambdaFunction['invoke'],
    kill(index) {
      const alive = living().map((instance) => instance.info().index);
      const chosen = index ?? alive[Math.floor(Math.random() * alive.length)];
      if (chosen === undefined || !alive.includes(chosen)) throw new RangeError(`no living instance ${chosen ?? ''}`);
      instances[chosen]?.kill();
      return chosen;
    },
    instances: () => instances.map((instance) => instance.info()),
    close,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function environment(options: FunctionOptions, region: string, name: string): Record<string, string> {
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    ...options.env,
    _HANDLER: basename(options.handler),
    LAMBDA_TASK_ROOT: dirname(options.handler),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memorySizeMb ?? 1024),
    AWS_LAMBDA_INITIALIZATION_TYPE: options.startAll ? 'provisioned-concurrency' : 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${today}/[$LATEST]${randomUUID().replaceAll('-', '')}`,
  };
}

function requestTooLarge(limit: number): InvokeError {
  const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
  return new InvokeError(413, 'RequestEntityTooLargeException', message);
}
