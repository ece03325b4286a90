/** Answers one service's requests: who calls, what a test made of the call, its limit, its operation. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effects } from './faults.ts';
import { type Server, startServer } from './http.ts';
import type { Input } from './input.ts';
import { type ApiRequest, type Dialect, readRequest, sendError, sendResult } from './json-protocol.ts';
import type { FaultyCall } from './rules.ts';
import { NotImplementedByDouble, ServiceError } from './service-error.ts';
import { createThrottle } from './throttle.ts';

export interface ServiceOptions {
  /** Access key ids and the accounts they belong to. Without, every key belongs to 123456789012. */
  accounts?: Record<string, string>;
  /** Default: 0, any free port. */
  port?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Who calls, where. */
export interface Place {
  account: string;
  region: string;
}

export interface Call extends ApiRequest, Place {
  /** Milliseconds since 1970. */
  at: number;
  /** The type of the error that it was answered with. */
  error?: string;
}

export interface Service {
  /** The double's folder. */
  rig: string;
  dialect: Dialect;
  operations: Readonly<Record<string, (place: Place, input: Input) => unknown>>;
  /** Transactions per second, by operation. */
  tps: Readonly<Record<string, number>> | undefined;
  effectsOn(call: FaultyCall): Effects;
}

const DEFAULT_ACCOUNT = '123456789012';

export async function startService(
  service: Service,
  { accounts, port, now = Date.now }: ServiceOptions,
): Promise<Server & { calls: Call[] }> {
  const { rig, dialect, operations, effectsOn } = service;
  const calls: Call[] = [];
  const throttle = createThrottle(service.tps ?? {}, now);

  function accountOf(accessKeyId: string): string {
    const account = accounts ? accounts[accessKeyId] : DEFAULT_ACCOUNT;
    if (account !== undefined) return account;
    throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }

  function execute({ operation, input, account, region }: Call): unknown {
    throttle.admit(account, region, operation);
    const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!perform) throw new NotImplementedByDouble(`the operation ${operation}`);
    return perform({ account, region }, input);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let call: Call | undefined;
    try {
      const apiRequest = await readRequest(request, dialect);
      call = { ...apiRequest, account: accountOf(apiRequest.accessKeyId), at: now() };
      calls.push(call);
      const { error, delayMs, disconnect } = effectsOn(call);
      if (delayMs > 0) await sleep(delayMs);
      if (disconnect) return void response.destroy();
      if (error) throw error;
      sendResult(response, await execute(call));
    } catch (error) {
      const answer = asServiceError(error, rig);
      if (call) call.error = answer.type;
      sendError(response, answer, dialect);
    }
  }

  return { ...(await startServer(handle, port)), calls };
}

/** 501 is not retried by SDKs: what the double lacks, or breaks at, shows at once. */
function asServiceError(error: unknown, rig: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const { message, stack } = error as Error;
  return error instanceof NotImplementedByDouble
    ? new ServiceError('NotImplementedByDouble', `${rig} does not have ${message}`, 501)
    : new ServiceError('InternalFailure', `${rig} broke: ${stack}`, 501);
}
