/**
 * Runs a handler where AWS's runtime interface client cannot be had. The same contract, as far as this project uses it:
 * https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 */
import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { call, done, error as fail, next } from './rapid-client.ts';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
type Handler = ((...args: unknown[]) => unknown) & { [STREAMING]?: string };
type Write = (chunk: unknown, ...rest: unknown[]) => boolean;
type ResponseStream = ClientRequest & {
  setContentType(type: string): void;
  _onBeforeFirstWrite?: (write: Write) => void;
};

const { env } = process;
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

function describe(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] });
}

async function load(): Promise<Handler> {
  const [, file = '', name = ''] = /^([^.]*)\.(.*)$/.exec(env['_HANDLER'] ?? '') ?? [];
  const module = await import(pathToFileURL(resolve(env['LAMBDA_TASK_ROOT'] ?? '.', `${file}.mjs`)).href);
  if (typeof module[name] === 'function') return module[name];
  throw Object.assign(new Error(`${env['_HANDLER']} is undefined or not exported`), {
    name: 'Runtime.HandlerNotFound',
  });
}

function contextOf(headers: IncomingHttpHeaders) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return { awsRequestId: requestId, getRemainingTimeInMillis: () => deadline - Date.now() };
}

async function runBuffered(event: unknown, context: object): Promise<void> {
  try {
    done(requestId, JSON.stringify((await handler(event, context)) ?? null));
  } catch (error) {
    console.error('Invoke Error', error);
    fail(requestId, describe(error));
  }
}

async function runStreaming(event: unknown, context: object): Promise<void> {
  const outgoing = request(
    `http://${env['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/${requestId}/response`,
    {
      method: 'POST',
      headers: {
        'Lambda-Runtime-Function-Response-Mode': 'streaming',
        Trailer: ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'],
        'Content-Type': 'application/octet-stream',
        'Transfer-Encoding': 'chunked',
      },
    },
  );
  const answered = new Promise((resolve, reject) => {
    outgoing.on('error', reject).on('response', (answer) => resolve(text(answer)));
  });
  answered.catch(() => {});
  try {
    await handler(event, asResponseStream(outgoing), context);
    await answered;
  } catch (error) {
    console.error('Invoke Error', error);
    const details = describe(error);
    outgoing.addTrailers({
      'Lambda-Runtime-Function-Error-Type': JSON.parse(details).errorType,
      'Lambda-Runtime-Function-Error-Body': Buffer.from(details).toString('base64'),
    });
    await new Promise((ended) => outgoing.end(ended));
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
      return write(chunk, ...rest);
    },
  });
  return stream;
}

const handler = await load().catch(async (error) => {
  console.error('Init Error', error);
  await call('POST', '/init/error', describe(error));
  process.exit(1);
});

for (;;) {
  const { headers, bodyJson } = await next();
  requestId = String(headers['lambda-runtime-aws-request-id']);
  await (handler[STREAMING] ? runStreaming : runBuffered)(JSON.parse(bodyJson), contextOf(headers));
}
