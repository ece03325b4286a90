/// <reference types="node" preserve="true" />
import type { Writable } from 'node:stream';
import type { RequestContext } from '../options.ts';
import { errorResponse } from '../responses.ts';
import {
  checkEvent,
  isFunctionUrl,
  isHttpEvent,
  type LambdaEvent,
  methodOf,
  principalFromEvent,
  requestFromEvent,
} from './events.ts';
import { type ProtectedResource, tellIssuer } from './protected-resource.ts';
import { type Dialect, metadataFromResponse, type ProxyResult, resultFromResponse, writeBody } from './results.ts';

export { type LambdaEvent, type ProtectedResource, principalFromEvent };

export interface LambdaHandlerOptions {
  /**
   * `stream`: for REST APIs with `ResponseTransferMode: STREAM` and function URLs with `RESPONSE_STREAM`. `buffered`: for everything
   * else. The function cannot see which one its gateway uses; the wrong one gives 502.
   */
  transfer: 'stream' | 'buffered';
  /** Refuses requests that no gateway vouches for: those without API key id or token subject. Default: true. */
  requirePrincipal?: boolean;
  /**
   * Who the gateway says is asking. Default: `principalFromEvent`. Where it names somebody, keys and tokens are taken out of the
   * request; for an app that checks them itself, give one that never does.
   */
  principalOf?: (event: LambdaEvent) => string | undefined;
  /** Whose tokens are taken, told to everybody at `/.well-known/oauth-protected-resource/mcp`. Default: nothing is told. */
  oauth?: ProtectedResource;
  /** What the gateway waits for a buffered response. Default: 29 seconds, the REST API's; HTTP APIs have 30. */
  gatewayTimeoutMs?: number;
  /** Takes errors that clients must not see. */
  onError?: (error: Error) => void;
}

/** An app: `createServerlessMcp(…).fetch`, or something around it. */
export type App = (request: Request, context: Partial<RequestContext>) => Response | Promise<Response>;

interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** What a Lambda function exports. */
export type LambdaHandler = (event: LambdaEvent, ...rest: never[]) => Promise<unknown>;

/** The runtime's global, https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
declare const awslambda: {
  streamifyResponse(
    handler: (event: LambdaEvent, stream: Writable, context: LambdaContext) => Promise<void>,
  ): LambdaHandler;
  HttpResponseStream: { from(stream: Writable, metadata: object): Writable };
};

/**
 * One handler for REST API, HTTP API and function URL events. It ends when the response is sent and all work behind it is done.
 * It rejects with a TypeError for an event that is none of these.
 */
export function createLambdaHandler(app: App, options: LambdaHandlerOptions): LambdaHandler {
  const { transfer, requirePrincipal = true, principalOf = principalFromEvent } = options;
  const { oauth, gatewayTimeoutMs = 29_000, onError = () => {} } = options;

  async function respond(event: LambdaEvent, context: Partial<RequestContext>): Promise<Response> {
    const told = oauth && tellIssuer(event, oauth);
    if (told) return told;
    const principal = principalOf(event);
    if (principal === undefined && requirePrincipal && methodOf(event) !== 'OPTIONS')
      return errorResponse(403, -32000, 'Forbidden: the gateway let this through without an API key or a token.');
    try {
      return await app(requestFromEvent(event, principal !== undefined), { ...context, principal });
    } catch (error) {
      onError(error as Error);
      return internalError();
    }
  }

  async function buffered(event: LambdaEvent, context: LambdaContext): Promise<ProxyResult> {
    const left = context.getRemainingTimeInMillis();
    const deadline = Date.now() + (isFunctionUrl(event) ? left : Math.min(left, gatewayTimeoutMs));
    const dialect = dialectOf(event);
    const work = createWork();
    try {
      const response = await respond(event, { deadline, buffered: true, waitUntil: work.add });
      return await resultFromResponse(response, dialect);
    } catch (error) {
      onError(error as Error);
      return resultFromResponse(internalError(), dialect);
    } finally {
      await work.settled();
    }
  }

  async function streamed(event: LambdaEvent, stream: Writable, context: LambdaContext): Promise<void> {
    const deadline = Date.now() + context.getRemainingTimeInMillis();
    const work = createWork();
    const response = await respond(event, { deadline, buffered: false, waitUntil: work.add });
    try {
      const metadata = metadataFromResponse(response, dialectOf(event));
      await writeBody(response.body, awslambda.HttpResponseStream.from(stream, metadata));
    } catch (error) {
      onError(error as Error);
    } finally {
      await work.settled();
    }
  }

  if (transfer === 'buffered')
    return async (event: LambdaEvent, context: LambdaContext) => buffered(checkEvent(event), context);
  return awslambda.streamifyResponse(async (event, stream, context) => {
    // HTTP APIs cannot stream: they take what was written, once it is complete, for the function's result.
    const streams = !isHttpEvent(checkEvent(event)) || isFunctionUrl(event);
    if (streams) return streamed(event, stream, context);
    stream.end(JSON.stringify(await buffered(event, context)));
  });
}

const internalError = () => errorResponse(500, -32603, 'Internal error');

const dialectOf = (event: LambdaEvent): Dialect => (isHttpEvent(event) ? 'http' : 'rest');

/** What is to be done before the function may return: then Lambda stops the process, and whatever runs in it. */
function createWork() {
  const pending = new Set<Promise<unknown>>();
  return {
    add(promise: Promise<unknown>) {
      const tracked = promise.catch(() => {}).finally(() => pending.delete(tracked));
      pending.add(tracked);
    },
    async settled() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
