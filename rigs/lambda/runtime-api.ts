/** The Lambda Runtime API of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As the runtime reports it. `trace` is Node's. */
export interface RuntimeError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

export interface Invocation {
  requestId: string;
  payload: Buffer;
  deadline: number;
  functionArn: string;
  traceId: string;
}

export interface ResponseBody {
  chunks: AsyncIterable<Buffer>;
  /** What the trailers say went wrong. Known once the chunks have ended. */
  error(): RuntimeError | undefined;
}

/** What the runtime may tell Lambda. */
export interface RuntimeHooks {
  /** It is ready, or done with the invocation it had. */
  onNext(): Promise<void>;
  /** @returns what is wrong with the response, or undefined */
  onResponse(requestId: string, body: ResponseBody): Promise<RuntimeError | undefined>;
  onError(requestId: string, error: RuntimeError): void;
  onInitError(error: RuntimeError): void;
}

export interface RuntimeApi {
  /** For AWS_LAMBDA_RUNTIME_API. */
  address: string;
  /** Answers the `next` that waits. */
  give(invocation: Invocation): void;
  close(): Promise<void>;
}

const ROOT = '/2018-06-01/runtime';
const INVOCATION = new RegExp(`^${ROOT}/invocation/([^/]+)/(response|error)$`);

export async function startRuntimeApi(hooks: RuntimeHooks): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === `${ROOT}/invocation/next`) {
      waiting = response;
      return hooks.onNext();
    }
    if (request.url === `${ROOT}/init/error`) {
      hooks.onInitError(await readError(request));
      return answer(response, 202, { status: 'OK' });
    }
    const [, requestId, what] = INVOCATION.exec(request.url ?? '') ?? [];
    if (requestId === undefined) return answer(response, 404, { errorType: 'NotFound', errorMessage: 'Not found' });
    if (what === 'error') {
      hooks.onError(requestId, await readError(request));
      return answer(response, 202, { status: 'OK' });
    }
    const refusal = await hooks.onResponse(requestId, { chunks: request, error: () => trailingError(request) });
    answer(response, refusal ? 400 : 202, refusal ?? { status: 'OK' });
  }

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  // A frozen runtime cannot notice that an idle connection was closed, and would write into it when thawed.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    give({ requestId, payload, deadline, functionArn, traceId }) {
      waiting?.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': payload.length,
        'Lambda-Runtime-Aws-Request-Id': requestId,
        'Lambda-Runtime-Deadline-Ms': deadline,
        'Lambda-Runtime-Invoked-Function-Arn': functionArn,
        'Lambda-Runtime-Trace-Id': traceId,
      });
      waiting?.end(payload);
      waiting = undefined;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

async function readError(request: IncomingMessage): Promise<RuntimeError> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return parseError(Buffer.concat(chunks).toString(), request.headers['lambda-runtime-function-error-type']);
}

function trailingError({ trailers }: IncomingMessage): RuntimeError | undefined {
  const type = trailers['lambda-runtime-function-error-type'];
  const body = trailers['lambda-runtime-function-error-body'];
  if (type === undefined && body === undefined) return undefined;
  return parseError(Buffer.from(body ?? '', 'base64').toString(), type);
}

function parseError(text: string, type: string | string[] | undefined): RuntimeError {
  const unknown = { errorType: String(type ?? 'Runtime.Unknown'), errorMessage: '' };
  try {
    return { ...unknown, ...JSON.parse(text) };
  } catch {
    return unknown;
  }
}
