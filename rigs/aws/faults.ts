/** What a test makes a service do. Each takes effect on the next calls, and until it is used up. */
import { createRules, type FaultOptions, type FaultyCall, type OperationName } from './rules.ts';
import { notAuthorized, rateExceeded, ServiceError } from './service-error.ts';

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
  /** The answer comes later. */
  delay(operation: OperationName, ms: number, options?: FaultOptions): void;
  /** The connection ends without an answer. */
  disconnect(operation: OperationName, options?: FaultOptions): void;
  /** The course of queries started from now on. */
  queries(course: Course, options?: FaultOptions): void;
  clear(): void;
}

export interface ServiceFaultPlan<Course> {
  faults: ServiceFaults<Course>;
  failWith(operation: OperationName, error: (call: FaultyCall) => ServiceError, options?: FaultOptions): void;
  /** Uses up and gives the effects on a call. */
  effectsOn(call: FaultyCall): Effects;
  /** Uses up and gives the course of a query that is started. */
  courseOf(place: Omit<FaultyCall, 'operation'>): Partial<Course>;
}

export interface Effects {
  error: ServiceError | undefined;
  delayMs: number;
  disconnect: boolean;
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

interface Strike {
  error?: (call: FaultyCall) => ServiceError;
  delayMs?: number;
  disconnect?: true;
}

export function createServiceFaults<Course>(words: FaultWords): ServiceFaultPlan<Course> {
  const strikes = createRules<Strike>();
  const courses = createRules<Course>();

  const failWith: ServiceFaultPlan<Course>['failWith'] = (operation, error, options) =>
    strikes.add(operation, { error }, options);

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
      delay: (operation, delayMs, options) => strikes.add(operation, { delayMs }, options),
      disconnect: (operation, options) => strikes.add(operation, { disconnect: true }, options),
      queries: (course, options) => courses.add(words.start, course, options),
      clear() {
        strikes.clear();
        courses.clear();
      },
    },
    failWith,
    effectsOn(call) {
      const struck = strikes.take(call);
      return {
        error: struck.find(({ error }) => error)?.error?.(call),
        delayMs: struck.reduce((sum, { delayMs = 0 }) => sum + delayMs, 0),
        disconnect: struck.some(({ disconnect }) => disconnect),
      };
    },
    courseOf: (place) => Object.assign({}, ...courses.take({ ...place, operation: words.start })),
  };
}
