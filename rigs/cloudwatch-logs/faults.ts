/** What a test makes the service do. Each takes effect on the next calls, and until it is used up. */
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
  /** Polls that answer Scheduled. Default: as the server's. */
  scheduledPolls?: number;
  /** Polls that answer Running, with partial results. Default: as the server's. Infinity: never ends. */
  runningPolls?: number;
  /** Where it ends. Default: Complete. */
  status?: 'Complete' | 'Failed' | 'Timeout' | 'Cancelled' | 'Unknown';
}

export interface Faults {
  /** Any error: `fail('StartQuery', { type: 'InternalFailure', status: 500 })`. */
  fail(
    operation: OperationName,
    error: { type: string; message?: string; status?: number },
    options?: FaultOptions,
  ): void;
  /** ThrottlingException: Rate exceeded. */
  throttle(operation: OperationName, options?: FaultOptions): void;
  accessDenied(operation: OperationName, options?: FaultOptions): void;
  expiredToken(operation?: OperationName, options?: FaultOptions): void;
  resourceNotFound(operation: OperationName, options?: FaultOptions): void;
  /** LimitExceededException, as when too many queries run. */
  limitExceeded(options?: FaultOptions): void;
  /** 503. */
  unavailable(operation: OperationName, options?: FaultOptions): void;
  /** The answer comes later. */
  delay(operation: OperationName, ms: number, options?: FaultOptions): void;
  /** The connection ends without an answer. */
  disconnect(operation: OperationName, options?: FaultOptions): void;
  /** The course of queries started from now on. */
  queries(course: QueryCourse, options?: FaultOptions): void;
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
}

export function createFaultPlan(): FaultPlan {
  let rules: Rule[] = [];

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
      resourceNotFound: (operation, options) =>
        addError(operation, 'ResourceNotFoundException', 'The specified log group does not exist.', 400, options),
      limitExceeded: (options) =>
        addError('StartQuery', 'LimitExceededException', concurrencyMessage(100), 400, options),
      unavailable: (operation, options) =>
        addError(operation, 'ServiceUnavailableException', 'Service is currently unavailable', 503, options),
      delay: (operation, ms, options) => add(operation, { kind: 'delay', ms }, options),
      disconnect: (operation, options) => add(operation, { kind: 'disconnect' }, options),
      queries: (course, options) => add('StartQuery', { kind: 'course', course }, options),
      clear() {
        rules = [];
      },
    },
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
  const resource = `arn:aws:logs:${region}:${account}:log-group::log-stream:`;
  return new ServiceError(
    'AccessDeniedException',
    `User: arn:aws:iam::${account}:user/double is not authorized to perform: logs:${operation} on resource: ${resource} because no identity-based policy allows the logs:${operation} action`,
  );
}

/** As people report it. */
export function concurrencyMessage(limit: number): string {
  return `Account maximum query concurrency limit of [${limit}] reached.`;
}
