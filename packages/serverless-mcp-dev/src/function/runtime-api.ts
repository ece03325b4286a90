/** The Lambda Runtime API of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { startServer } from '../server.ts';

/** As the runtime reports it. `trace` is Node's. */
export interface RuntimeError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

interface Invocation {
  requestId: string;
  payload: Buffer;
  deadline: number;
  functionArn: string;
}

/** What the runtime may tell Lambda. */
interface RuntimeHooks {
  /** It is ready, or done with the invocation it had. */
  onNext(): Promise<void>;
  /** @param body its trailers may say what went wrong */
  onResponse(requestId: string, body: IncomingMessage): Promise<void>;
  onError(requestId: string, error: RuntimeError): void;
  onInitError(error: RuntimeError): void;
}

export type RuntimeApi = Awaited<ReturnType<typeof startRuntimeApi>>;

const PATH = /^\/2018-06-01\/runtime\/(?:(init)|invocation\/([^/]+))\/?(next|response|error)?$/;

export async function startRuntimeApi(hooks: RuntimeHooks) {
  let waiting: ServerResponse | undefined;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, init, requestId = '', what] = PATH.exec(request.url ?? '') ?? [];
    if (requestId === 'next') {
      waiting = response;
      return hooks.onNext();
    }
    if (what === 'error') {
      const error = (await json(request)) as RuntimeError;
      if (init) hooks.onInitError(error);
      else hooks.onError(requestId, error);
    } else if (what === 'response') await hooks.onResponse(requestId, request);
    else return void response.writeHead(404).end();
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
  }

  // A frozen runtime cannot notice that an idle connection was closed, and would write into it when thawed.
  const patience = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
  const { endpoint, close } = await startServer(route, 0, patience);

  return {
    /** For AWS_LAMBDA_RUNTIME_API. */
    address: new URL(endpoint).host,
    close,
    /** Answers the `next` that waits. */
    give({ requestId, payload, deadline, functionArn }: Invocation): void {
      waiting?.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': payload.length,
        'Lambda-Runtime-Aws-Request-Id': requestId,
        'Lambda-Runtime-Deadline-Ms': deadline,
        'Lambda-Runtime-Invoked-Function-Arn': functionArn,
        'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0',
      });
      waiting?.end(payload);
      waiting = undefined;
    },
  };
}

/** Known once the body has ended. */
export function trailingError({ trailers }: IncomingMessage): RuntimeError | undefined {
  const body = trailers['lambda-runtime-function-error-body'];
  return body === undefined ? undefined : JSON.parse(Buffer.from(body, 'base64').toString());
}
