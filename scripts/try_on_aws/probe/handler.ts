/** A server that also tells what it sees of Lambda and API Gateway: what a request wants to know stands in its header x-probe. */
import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createLambdaHandler } from 'serverless-mcp/lambda';
import { createGreeter } from '../../../examples/greeter/server.ts';

/** The runtime's global, https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
declare const awslambda: {
  streamifyResponse<T>(handler: T): T;
  HttpResponseStream: { from(stream: Writable, metadata: object): Writable };
};

interface ProbeEvent {
  headers: Record<string, string>;
  requestContext: { identity?: Record<string, unknown> };
}

const TICK_MS = 100;
const STREAM_TICKS = 20;

const instance = { id: crypto.randomUUID(), ticks: 0, written: 0, ended: false };
setInterval(() => {
  instance.ticks += 1;
}, TICK_MS).unref();

function answered(stream: Writable, statusCode: number, headers: Record<string, string>, body = ''): void {
  const answer = awslambda.HttpResponseStream.from(stream, { statusCode, headers });
  // The first write brings the metadata, if it is an empty one; `end` with a text does not.
  answer.write(body);
  answer.end();
}

const asJson = (stream: Writable, body: object) =>
  answered(stream, 200, { 'content-type': 'application/json' }, JSON.stringify(body));

/** By the value of x-probe. */
const PROBES: Record<string, (stream: Writable, event: ProbeEvent) => unknown> = {
  event: (stream, event) =>
    asJson(stream, {
      event: Object.keys(event).sort(),
      context: Object.keys(event.requestContext).sort(),
      contentLength: Object.keys(event.headers).some((name) => name.toLowerCase() === 'content-length'),
      signedBy: typeof event.requestContext.identity?.['userArn'] === 'string',
    }),
  instance: (stream) => asJson(stream, instance),
  challenge: (stream) => answered(stream, 401, { 'www-authenticate': 'Bearer', 'content-type': 'text/plain' }),
  empty: (stream) => answered(stream, 202, {}),
  bare: (stream) => stream.end('without metadata'),
  async slow(stream) {
    Object.assign(instance, { written: 0, ended: false });
    const body = awslambda.HttpResponseStream.from(stream, {
      statusCode: 200,
      headers: { 'content-type': 'text/plain' },
    });
    body.on('error', () => {});
    for (; instance.written < STREAM_TICKS; instance.written += 1) {
      body.write(instance.id.padEnd(1024));
      await pause(TICK_MS);
    }
    instance.ended = true;
    body.end();
  },
  async silent(stream, { headers }) {
    await pause(Number(headers['x-seconds']) * 1000);
    answered(stream, 200, { 'content-type': 'text/plain' }, 'after all');
  },
};

const mcp = createServerlessMcp({
  factory: createGreeter,
  store: createDynamoSessionStore({ table: process.env['SESSION_TABLE'] ?? 'sessions' }),
});
const serve = createLambdaHandler(mcp.fetch, { transfer: 'stream' });

export const handler = awslambda.streamifyResponse(
  async (event: ProbeEvent, stream: Writable, context: never): Promise<void> => {
    const name = Object.entries(event.headers).find(([header]) => header.toLowerCase() === 'x-probe')?.[1];
    const probe = name === undefined ? undefined : PROBES[name];
    await (probe ? probe(stream, event) : (serve as (...args: unknown[]) => Promise<unknown>)(event, stream, context));
  },
);
