/** What a test makes the service do. Each takes effect on the next calls, and until it is used up. */
import { tooManyQueries } from './limits.ts';
import type { S3Object } from './s3.ts';
import { ServiceError } from './service-error.ts';

/** An operation's name, or `*` for any. */
export type OperationName = string;

export interface FaultOptions {
  /** How many calls. Default: all, until `clear`. */
  times?: number;
  /** Calls that pass before. Default: 0. */
  after?: number;
  account?: string;
  region?: string;
}

/** How queries that are started go. */
export interface QueryCourse {
  /** Polls that answer QUEUED. Default: as the server's. */
  queuedPolls?: number;
  /** Polls that answer RUNNING. Default: as the server's. Infinity: never ends. */
  runningPolls?: number;
  /** Where it ends, whatever the query. Default: where the query itself does. */
  status?: 'FAILED' | 'CANCELLED';
  /** The reason; of FAILED, with Trino's code before it: `EXCEEDED_TIME_LIMIT: Query exceeded …`. */
  reason?: string;
}

export interface Faults {
  /** Any error: `fail('StartQueryExecution', { type: 'InternalServerException', status: 500 })`. */
  fail(
    operation: OperationName,
    error: { type: string; message?: string; status?: number },
    options?: FaultOptions,
  ): void;
  /** ThrottlingException: Rate exceeded. */
  throttle(operation: OperationName, options?: FaultOptions): void;
  accessDenied(operation: OperationName, options?: FaultOptions): void;
  expiredToken(operation?: OperationName, options?: FaultOptions): void;
  /** TooManyRequestsException, as when too many queries run. */
  tooManyQueries(options?: FaultOptions): void;
  /** InternalServerException, 500. */
  unavailable(operation: OperationName, options?: FaultOptions): void;
  /** The answer comes later. */
  delay(operation: OperationName, ms: number, options?: FaultOptions): void;
  /** The connection ends without an answer. */
  disconnect(operation: OperationName, options?: FaultOptions): void;
  /** The course of queries started from now on. */
  queries(course: QueryCourse, options?: FaultOptions): void;
  /** Queries that read objects below the prefix fail. */
  denyObjects(bucket: string, prefix?: string): void;
  clear(): void;
}

export interface FaultyCall {
  operation: string;
  account: string;
  region: string;
}

type Effect =
  | { kind: 'error'; error: (call: FaultyCall) => ServiceError }
  | { kind: 'delay'; ms: number }
  | { kind: 'disconnect' }
  | { kind: 'course'; course: QueryCourse };

interface Rule extends Required<Pick<FaultOptions, 'times' | 'after'>> {
  operation: OperationName;
  options: FaultOptions;
  effect: Effect;
}

export interface FaultPlan {
  faults: Faults;
  /** Uses up and gives the effects on a call. */
  effectsOn(call: FaultyCall): { error?: ServiceError; delayMs: number; disconnect: boolean };
  courseOf(call: FaultyCall): QueryCourse;
  isDenied(object: S3Object): boolean;
}

export function createFaultPlan(): FaultPlan {
  let rules: Rule[] = [];
  let denied: { bucket: string; prefix: string }[] = [];

  function add(operation: OperationName, effect: Effect, options: FaultOptions = {}): void {
    const { times = Number.POSITIVE_INFINITY, after = 0 } = options;
    rules.push({ operation, options, effect, times, after });
  }

  function addError(
    operation: OperationName,
    type: string,
    message: string,
    status: number,
    options?: FaultOptions,
  ): void {
    add(operation, { kind: 'error', error: () => new ServiceError(type, message, status) }, options);
  }

  /** Counts the call on each rule that it meets. */
  function take(call: FaultyCall, isKind: (effect: Effect) => boolean): Effect[] {
    const met = rules.filter((rule) => isKind(rule.effect) && meets(rule, call));
    const effects: Effect[] = [];
    for (const rule of met) {
      if (rule.after > 0) rule.after -= 1;
      else {
        rule.times -= 1;
        effects.push(rule.effect);
      }
    }
    rules = rules.filter(({ times }) => times > 0);
    return effects;
  }

  return {
    faults: {
      fail: (operation, { type, message = type, status = 400 }, options) =>
        addError(operation, type, message, status, options),
      throttle: (operation, options) => addError(operation, 'ThrottlingException', 'Rate exceeded', 400, options),
      accessDenied: (operation, options) => add(operation, { kind: 'error', error: accessDenied }, options),
      expiredToken: (operation = '*', options) =>
        addError(
          operation,
          'ExpiredTokenException',
          'The security token included in the request is expired',
          400,
          options,
        ),
      tooManyQueries: (options) => add('StartQueryExecution', { kind: 'error', error: tooManyQueries }, options),
      unavailable: (operation, options) =>
        addError(operation, 'InternalServerException', 'Service is currently unavailable', 500, options),
      delay: (operation, ms, options) => add(operation, { kind: 'delay', ms }, options),
      disconnect: (operation, options) => add(operation, { kind: 'disconnect' }, options),
      queries: (course, options) => add('StartQueryExecution', { kind: 'course', course }, options),
      denyObjects: (bucket, prefix = '') => void denied.push({ bucket, prefix }),
      clear() {
        rules = [];
        denied = [];
      },
    },
    isDenied: ({ bucket, key }) => denied.some((place) => place.bucket === bucket && key.startsWith(place.prefix)),
    effectsOn(call) {
      const effects = take(call, ({ kind }) => kind !== 'course');
      const error = effects.find((effect) => effect.kind === 'error')?.error(call);
      const delayMs = effects.reduce((sum, effect) => sum + (effect.kind === 'delay' ? effect.ms : 0), 0);
      const disconnect = effects.some(({ kind }) => kind === 'disconnect');
      return { ...(error && { error }), delayMs, disconnect };
    },
    courseOf(call) {
      const effects = take(call, ({ kind }) => kind === 'course');
      return Object.assign({}, ...effects.map((effect) => (effect.kind === 'course' ? effect.course : {})));
    },
  };
}

function meets({ operation, options }: Rule, call: FaultyCall): boolean {
  if (operation !== '*' && operation !== call.operation) return false;
  if (options.account !== undefined && options.account !== call.account) return false;
  return options.region === undefined || options.region === call.region;
}

function accessDenied({ operation, account, region }: FaultyCall): ServiceError {
  const resource = `arn:aws:athena:${region}:${account}:workgroup/primary`;
  return new ServiceError(
    'AccessDeniedException',
    `User: arn:aws:iam::${account}:user/double is not authorized to perform: athena:${operation} on resource: ${resource} because no identity-based policy allows the athena:${operation} action`,
  );
}
