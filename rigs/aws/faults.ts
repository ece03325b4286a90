/** What a test makes a service do. Each takes effect on the next calls, and until it is used up. */
import { notAuthorized, rateExceeded, ServiceError } from './service-error.ts';

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

export interface FaultyCall {
  operation: string;
  account: string;
  region: string;
}

/** @typeParam Course how queries that are started go */
export interface ServiceFaults<Course> {
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
  /** The error of the service's own side, 500 or 503. */
  unavailable(operation: OperationName, options?: FaultOptions): void;
  /** The course of queries started from now on. */
  queries(course: Course, options?: FaultOptions): void;
  clear(): void;
}

export interface ServiceFaultPlan<Course> {
  faults: ServiceFaults<Course>;
  failWith(operation: OperationName, error: (call: FaultyCall) => ServiceError, options?: FaultOptions): void;
  /** Uses up and gives the error that a call is answered with. */
  errorOf(call: FaultyCall): ServiceError | undefined;
  /** Uses up and gives the course of a query that is started. */
  courseOf(place: Omit<FaultyCall, 'operation'>): Partial<Course>;
}

export interface FaultWords {
  /** As in the names of actions: `athena`. */
  service: string;
  /** The operation that starts a query. */
  start: OperationName;
  /** What accessDenied names. */
  deniedResource(call: FaultyCall): string;
  unavailable: { type: string; status: number };
}

export function createServiceFaults<Course>(words: FaultWords): ServiceFaultPlan<Course> {
  const errors = createRules<(call: FaultyCall) => ServiceError>();
  const courses = createRules<Course>();

  const failWith: ServiceFaultPlan<Course>['failWith'] = (operation, error, options) =>
    errors.add(operation, error, options);

  const accessDenied = (call: FaultyCall) =>
    new ServiceError(
      'AccessDeniedException',
      notAuthorized(call.account, `${words.service}:${call.operation}`, words.deniedResource(call)),
    );

  const fail: ServiceFaults<Course>['fail'] = (operation, { type, message = type, status = 400 }, options) =>
    failWith(operation, () => new ServiceError(type, message, status), options);

  return {
    faults: {
      fail,
      throttle: (operation, options) => failWith(operation, rateExceeded, options),
      accessDenied: (operation, options) => failWith(operation, accessDenied, options),
      expiredToken(operation = '*', options) {
        const message = 'The security token included in the request is expired';
        fail(operation, { type: 'ExpiredTokenException', message }, options);
      },
      unavailable: (operation, options) =>
        fail(operation, { ...words.unavailable, message: 'Service is currently unavailable' }, options),
      queries: (course, options) => courses.add(words.start, course, options),
      clear() {
        errors.clear();
        courses.clear();
      },
    },
    failWith,
    errorOf: (call) => errors.take(call)[0]?.(call),
    courseOf: (place) => Object.assign({}, ...courses.take({ ...place, operation: words.start })),
  };
}

interface Rules<Effect> {
  add(operation: OperationName, effect: Effect, options?: FaultOptions): void;
  /** The effects on a call, which counts on each rule that it meets. */
  take(call: FaultyCall): Effect[];
  clear(): void;
}

function createRules<Effect>(): Rules<Effect> {
  let rules: { operation: OperationName; effect: Effect; options: FaultOptions; times: number; after: number }[] = [];
  return {
    add(operation, effect, options = {}) {
      const { times = Number.POSITIVE_INFINITY, after = 0 } = options;
      rules.push({ operation, effect, options, times, after });
    },
    take(call) {
      const effects: Effect[] = [];
      for (const rule of rules.filter(({ operation, options }) => meets(operation, options, call))) {
        if (rule.after > 0) rule.after -= 1;
        else {
          rule.times -= 1;
          effects.push(rule.effect);
        }
      }
      rules = rules.filter(({ times }) => times > 0);
      return effects;
    },
    clear() {
      rules = [];
    },
  };
}

function meets(operation: OperationName, { account, region }: FaultOptions, call: FaultyCall): boolean {
  if (operation !== '*' && operation !== call.operation) return false;
  if (account !== undefined && account !== call.account) return false;
  return region === undefined || region === call.region;
}
