/** Answers one service's requests: who calls, what a test made of the call, its operation. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Server, startServer } from 'serverless-mcp-dev';
import type { FaultyCall } from './faults.ts';
import type { Input } from './input.ts';
import { type ApiRequest, type Dialect, readRequest, scopeOf, sendError, sendResult } from './json-protocol.ts';
import { modelOf } from './model.ts';
import { NotImplementedByDouble, NotInModel, ServiceError } from './service-error.ts';

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
  errorOf(call: FaultyCall): ServiceError | undefined;
}

const DEFAULT_ACCOUNT = '123456789012';

/**
 * Several services at one address are told apart by what requests are signed for.
 * What AWS would not be asked or not answer is answered with 501, and closing fails for it.
 */
export async function startService(
  services: Service | readonly [Service, ...Service[]],
  { accounts, port, now = Date.now }: ServiceOptions,
): Promise<Server & { calls: Call[] }> {
  const all = [services].flat() as [Service, ...Service[]];
  const calls: Call[] = [];
  const mistakes: string[] = [];

  function accountOf(accessKeyId: string): string {
    const account = accounts ? accounts[accessKeyId] : DEFAULT_ACCOUNT;
    if (account !== undefined) return account;
    throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }

  async function execute(service: Service, { operation, input, account, region }: Call): Promise<unknown> {
    const { dialect, operations } = service;
    const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!perform) throw new NotImplementedByDouble(`the operation ${operation}`);
    const model = modelOf(dialect.service);
    const mistake = model.inRequest(operation, input);
    let output: unknown;
    try {
      output = await perform({ account, region }, input);
    } catch (error) {
      // What the double refuses, it refuses as AWS would.
      if (error instanceof ServiceError || !mistake) throw error;
    }
    assertInModel(mistake ?? model.inAnswer(operation, output));
    return output;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const signedFor = scopeOf(request)?.service;
    const service = all.find(({ dialect }) => dialect.service === signedFor) ?? all[0];
    const { rig, dialect, errorOf } = service;
    let call: Call | undefined;
    try {
      const apiRequest = await readRequest(request, dialect);
      call = { ...apiRequest, account: accountOf(apiRequest.accessKeyId), at: now() };
      calls.push(call);
      const error = errorOf(call);
      if (error) throw error;
      sendResult(response, await execute(service, call), dialect, call.operation);
    } catch (error) {
      const answer = asServiceError(error, rig, call && { dialect, operation: call.operation });
      if (answer.type === NotInModel.name) mistakes.push(answer.message);
      if (call) call.error = answer.type;
      sendError(response, answer, dialect);
    }
  }

  const server = await startServer(handle, port);
  return {
    ...server,
    calls,
    async close() {
      await server.close();
      if (mistakes.length > 0) throw new NotInModel([...new Set(mistakes)].join('\n'));
    },
  };
}

function assertInModel(mistake: string | undefined): void {
  if (mistake) throw new NotInModel(mistake);
}

/** 501 is not retried by SDKs: what the double lacks, breaks at, or has otherwise than AWS's model shows at once. */
function asServiceError(
  error: unknown,
  rig: string,
  call: { dialect: Dialect; operation: string } | undefined,
): ServiceError {
  if (error instanceof ServiceError) {
    const mistake = call && modelOf(call.dialect.service).inError(call.operation, error);
    return mistake ? new ServiceError(NotInModel.name, mistake, 501) : error;
  }
  const { message, stack } = error as Error;
  if (error instanceof NotInModel) return new ServiceError(NotInModel.name, message, 501);
  return error instanceof NotImplementedByDouble
    ? new ServiceError('NotImplementedByDouble', `${rig} does not have ${message}`, 501)
    : new ServiceError('InternalFailure', `${rig} broke: ${stack}`, 501);
}
