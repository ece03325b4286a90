import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output.ts';
import { type RuntimeApi, type RuntimeError, startRuntimeApi, trailingError } from './runtime-api.ts';

/** `finishing`: the answer is out, but the runtime has not asked for more work. */
export type InstanceState = 'starting' | 'idle' | 'busy' | 'finishing' | 'dead';

export interface InstanceInfo {
  index: number;
  pid: number | undefined;
  state: InstanceState;
  frozen: boolean;
  /** Invocations given to it. */
  served: number;
  /** From spawn to the first `next`. */
  coldStartMs: number | undefined;
}

export interface Job {
  requestId: string;
  payload: Buffer;
  output: Output;
  placed(instance: number): void;
}

export interface InstanceSettings {
  index: number;
  /** The runtime interface client. */
  entry: string;
  taskRoot: string;
  functionArn: string;
  env(tmp: string): NodeJS.ProcessEnv;
  timeoutMs: number;
  onLog(line: string): void;
  /** It can take a job, or another one its place. */
  onFree(): void;
  /** It was not asked to end. */
  onDeath(why: RuntimeError): void;
}

export type Instance = ReturnType<typeof createInstance>;

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_TIMEOUT_MS = 10_000;
const LATE_ANSWER_MS = 1000;
/** Windows has no such signals: there, what a handler left running goes on between invocations. */
const CAN_FREEZE = process.platform !== 'win32';

/** One execution environment: one process, its own Runtime API, one invocation at a time, a folder in the place of /tmp. */
export function createInstance(settings: InstanceSettings, first: Job) {
  const { index, timeoutMs } = settings;
  const tmp = mkdtempSync(join(tmpdir(), 'serverless-mcp-tmp-'));
  const closed = Promise.withResolvers<unknown>();
  let state: InstanceState = 'starting';
  let frozen = false;
  let retired = false;
  let closing = false;
  let served = 0;
  let job: Job | undefined = first;
  let api: RuntimeApi | undefined;
  let child: ChildProcess | undefined;
  let spawnedAt = 0;
  let coldStartMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let initError: RuntimeError | undefined;
  let killedFor: RuntimeError | undefined;
  /** Settled when the runtime has begun to answer, and when the answer has been read as far as it goes. */
  let answering = Promise.withResolvers<void>();
  let reading: Promise<unknown> = Promise.resolve();

  void startRuntimeApi({ onNext, onResponse, onError, onInitError }).then(boot);

  function boot(started: RuntimeApi): void {
    api = started;
    if (killedFor) return void die(killedFor);
    spawnedAt = performance.now();
    child = spawnNode(settings.entry, {
      cwd: settings.taskRoot,
      env: { ...settings.env(tmp), AWS_LAMBDA_RUNTIME_API: api.address },
    });
    running.set(child, tmp);
    limitTime(INIT_TIMEOUT_MS);
    for (const stream of [child.stdout, child.stderr] as Readable[]) onLines(stream, settings.onLog);
    child.once('exit', (code, signal) => die(killedFor ?? initError ?? exited(job, code, signal)));
    child.once('error', (error) => die({ errorType: 'Runtime.InvalidEntrypoint', errorMessage: error.message }));
  }

  async function onNext(): Promise<void> {
    if (state === 'starting') coldStartMs = performance.now() - spawnedAt;
    else {
      await answered();
      if (isDead()) return;
      job?.output.fail({ errorType: 'Runtime.TruncatedResponse', errorMessage: 'The runtime gave no whole response.' });
      job = undefined;
    }
    clearTimeout(timer);
    if (job) begin(job);
    else rest();
  }

  /**
   * After an error in a stream, AWS's client asks for more work without waiting until its answer is sent, and on another
   * connection (`failResponseStream` in its index.mjs): the answer can come second.
   */
  async function answered(): Promise<void> {
    if (state === 'busy') await Promise.race([answering.promise, sleep(LATE_ANSWER_MS, undefined, { ref: false })]);
    await reading;
  }

  /** Nothing runs between invocations. Not before the runtime has asked for work: frozen earlier, it would never get any. */
  function rest(): void {
    state = 'idle';
    if (retired) {
      kill();
      return;
    }
    settings.onFree();
    if (available() && CAN_FREEZE) frozen = child?.kill('SIGSTOP') ?? false;
  }

  function begin({ requestId, payload }: Job): void {
    if (frozen) child?.kill('SIGCONT');
    frozen = false;
    state = 'busy';
    served += 1;
    answering = Promise.withResolvers();
    limitTime(timeoutMs);
    api?.give({ requestId, payload, functionArn: settings.functionArn, deadline: Date.now() + timeoutMs });
  }

  function limitTime(ms: number): void {
    timer = setTimeout(() => kill(timedOut(job, ms)), ms);
  }

  async function onResponse(requestId: string, body: IncomingMessage): Promise<void> {
    if (job?.requestId !== requestId) throw new Error(`Invalid request ID: ${requestId}`);
    reading = copy(body, job.output);
    answering.resolve();
    await reading;
    if (state === 'busy') state = 'finishing';
  }

  function onError(requestId: string, error: RuntimeError): void {
    if (job?.requestId !== requestId) return;
    job.output.fail(error);
    answering.resolve();
    state = 'finishing';
  }

  function onInitError(error: RuntimeError): void {
    initError = error;
  }

  function die(why: RuntimeError): void {
    if (state === 'dead') return;
    state = 'dead';
    clearTimeout(timer);
    if (!closing && !(retired && job === undefined)) settings.onDeath(why);
    // What it wrote before it died was still sent.
    void reading.finally(() => {
      job?.output.fail(why);
      closed.resolve(Promise.all([api?.close(), rm(tmp, { recursive: true, force: true })]));
    });
    settings.onFree();
  }

  function isDead(): boolean {
    return state === 'dead';
  }

  /** Whether `run` may be called: it has no job. */
  function available(): boolean {
    return job === undefined && killedFor === undefined && !retired && (state === 'starting' || state === 'idle');
  }

  function kill(why = exited(job, null, 'SIGKILL')): void {
    killedFor ??= why;
    child?.kill('SIGKILL');
  }

  return {
    available,
    /** Whether it takes one of the function's places. */
    counts: (): boolean => !isDead() && !retired,
    kill: () => kill(),
    /** It gets no more work. */
    retire(): void {
      retired = true;
      if (state === 'idle') kill();
    },
    info: (): InstanceInfo => ({ index, pid: child?.pid, state, frozen, served, coldStartMs }),
    run(next: Job): void {
      job = next;
      if (state === 'idle') begin(next);
    },
    /** Kills it and waits until nothing is left of it. */
    close(): Promise<unknown> {
      closing = true;
      kill();
      // Whoever reads the output may never take the rest.
      job?.output.fail(exited(job, null, 'SIGKILL'));
      return closed.promise;
    },
  };
}

async function copy(body: IncomingMessage, output: Output): Promise<void> {
  try {
    for await (const chunk of body) await output.write(chunk);
  } catch {
    return; // Cut off: how the process ends, or its asking for more work, says why.
  }
  const error = trailingError(body);
  if (error) output.fail(error);
  else output.end();
}

/** With their folders. */
const running = new Map<ChildProcess, string>();
process.once('exit', () => {
  for (const [child, tmp] of running) {
    child.kill('SIGKILL');
    rmSync(tmp, { recursive: true, force: true });
  }
});

/** A child that dies with this process, also when it is frozen: a stopped process cannot see that its parent is gone. */
function spawnNode(entry: string, options: { cwd: string; env: NodeJS.ProcessEnv }): ChildProcess {
  const [command = '', ...args] = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', process.execPath, entry]
    : [process.execPath, entry];
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  child.once('exit', () => running.delete(child));
  return child;
}

/** The runtime writes a message of several lines as one, with carriage returns. */
function onLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) onLine(line.replaceAll('\r', '\n'));
  });
  stream.on('end', () => rest && onLine(rest));
}

function timedOut(job: Job | undefined, ms: number): RuntimeError {
  const task = `Task timed out after ${(ms / 1000).toFixed(2)} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${job?.requestId} Error: ${task}` };
}

function exited(job: Job | undefined, code: number | null, signal: NodeJS.Signals | null): RuntimeError {
  const how = signal === 'SIGKILL' ? 'signal: killed' : signal ? `signal: ${signal}` : `exit status ${code}`;
  const what = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${job?.requestId} Error: ${what}` };
}
