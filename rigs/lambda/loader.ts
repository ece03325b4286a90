/**
 * Runs a handler where AWS's runtime interface client cannot be built. The same contract, as far as this project uses it:
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { existsSync } from 'node:fs';
import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
type Handler = ((...args: unknown[]) => unknown) & { [STREAMING]?: string };
type Write = (chunk: unknown, ...rest: unknown[]) => boolean;
type ResponseStream = ClientRequest & {
  setContentType(type: string): void;
  _onBeforeFirstWrite?: (write: Write) => void;
};

const { env } = process;
const [hostname, port] = (env['AWS_LAMBDA_RUNTIME_API'] ?? '').split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let requestId = '-';

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: Handler) => Object.assign(handler, { [STREAMING]: 'response' }),
    HttpResponseStream: {
      /** The metadata goes out with the first write, so a response without one has none. */
      from(stream: ResponseStream, metadata: unknown) {
        stream.setContentType('application/vnd.awslambda.http-integration-response');
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(metadata));
          write(new Uint8Array(8));
        };
        return stream;
      },
    },
  },
});

for (const level of ['trace', 'debug', 'info', 'warn', 'error'] as const) {
  console[level] = (...args: unknown[]) => {
    const line = [new Date().toISOString(), requestId, level.toUpperCase(), format(...args)].join('\t');
    process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
  };
}
console.log = console.info;

/** Gives the request, to be written, and its answer, once it is there. */
function open(method: string, path: string, headers: Record<string, string | string[]> = {}) {
  const outgoing = request({ hostname, port, agent, method, headers, path: `/2018-06-01/runtime${path}` });
  const answer = new Promise<{ headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      let text = '';
      for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
      resolve({ headers: incoming.headers, text });
    });
  });
  answer.catch(() => {});
  return { outgoing, answer };
}

async function post(path: string, body: unknown): Promise<void> {
  const { outgoing, answer } = open('POST', path, { 'Content-Type': 'application/json' });
  outgoing.end(JSON.stringify(body ?? null));
  await answer;
}

function describe(error: unknown) {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] };
}

async function load(): Promise<Handler> {
  const [, file = '', name = ''] = /^([^.]*)\.(.*)$/.exec(env['_HANDLER'] ?? '') ?? [];
  const base = resolve(env['LAMBDA_TASK_ROOT'] ?? '.', file);
  const path = ['', '.js', '.mjs', '.cjs'].map((extension) => base + extension).find((each) => existsSync(each));
  if (!path) throw Object.assign(new Error(`Cannot find module '${file}'`), { name: 'Runtime.ImportModuleError' });
  const module = await import(pathToFileURL(path).href);
  const found = module[name] ?? module.default?.[name];
  if (typeof found === 'function') return found;
  throw Object.assign(new Error(`${env['_HANDLER']} is undefined or not exported`), {
    name: 'Runtime.HandlerNotFound',
  });
}

function contextOf(headers: IncomingHttpHeaders) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function runBuffered(event: unknown, context: object): Promise<void> {
  try {
    await post(`/invocation/${requestId}/response`, await handler(event, context));
  } catch (error) {
    console.error('Invoke Error', error);
    await post(`/invocation/${requestId}/error`, describe(error));
  }
}

async function runStreaming(event: unknown, context: object): Promise<void> {
  const { outgoing, answer } = open('POST', `/invocation/${requestId}/response`, {
    'Lambda-Runtime-Function-Response-Mode': 'streaming',
    Trailer: ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'],
    'Content-Type': 'application/octet-stream',
    'Transfer-Encoding': 'chunked',
  });
  try {
    await handler(event, asResponseStream(outgoing), context);
    await answer;
  } catch (error) {
    console.error('Invoke Error', error);
    const details = describe(error);
    outgoing.addTrailers({
      'Lambda-Runtime-Function-Error-Type': details.errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(details)).toString('base64'),
    });
    await new Promise((done) => outgoing.end(done));
  }
}

function asResponseStream(outgoing: ClientRequest): ResponseStream {
  const write = outgoing.write.bind(outgoing) as Write;
  let begun = false;
  const stream: ResponseStream = Object.assign(outgoing, {
    setContentType: (type: string) => void outgoing.setHeader('Content-Type', type),
    write(chunk: unknown, ...rest: unknown[]) {
      if (!begun) stream._onBeforeFirstWrite?.(write);
      begun = true;
      const sendable = typeof chunk === 'string' || chunk instanceof Uint8Array;
      return write(sendable ? chunk : JSON.stringify(chunk), ...rest);
    },
  });
  return stream;
}

const handler = await load().catch(async (error) => {
  console.error('Init Error', error);
  await post('/init/error', describe(error));
  process.exit(1);
});

for (;;) {
  const { outgoing, answer } = open('GET', '/invocation/next');
  outgoing.end();
  const { headers, text } = await answer;
  requestId = String(headers['lambda-runtime-aws-request-id']);
  await (handler[STREAMING] ? runStreaming : runBuffered)(JSON.parse(text), contextOf(headers));
}
