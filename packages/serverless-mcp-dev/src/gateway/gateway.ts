import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LambdaFunction } from '../function/function.ts';
import { startServer } from '../server.ts';
import { type Authorizer, authorize } from './authorizer.ts';
import {
  GatewayError,
  type GatewayResponses,
  type GatewayResponseType,
  renderGatewayResponse,
} from './gateway-responses.ts';
import { forwardedHeaders, type HeaderList, headerOf } from './headers.ts';
import { createWatch, type Exchange, type Interruption, serveBuffered, serveStream } from './integration.ts';
import { authorizerEvent, type Caller, proxyEvent, type StageRequest } from './proxy-event.ts';
import type { ResponseHead } from './proxy-response.ts';
import { type ApiKey, createMeter, type UsagePlan } from './usage-plan.ts';

export interface GatewayOptions {
  function: Pick<LambdaFunction, 'invoke'>;
  /** Default: 0, any free port. */
  port?: number;
  /** Default: prod. */
  stage?: string;
  /** Requests come without the stage in their path, as through a custom domain mapped to the root. Default: false. */
  customDomain?: boolean;
  /** Default: BUFFERED, as API Gateway's. */
  transfer?: 'STREAM' | 'BUFFERED';
  /** Paths that exist, all with method ANY. Default: `/` and `/{proxy+}`. */
  resources?: string[];
  /** `/mcp/` is not `/mcp`. Default: false. */
  slashMatters?: boolean;
  /** Those of them that need neither authorizer nor key, and have no mocks. */
  openResources?: string[];
  /** Methods that the gateway answers itself (MOCK integrations), without a key. */
  mocks?: Record<string, { statusCode: number; headers: Record<string, string> }>;
  /** With keys, every method but OPTIONS requires one. */
  apiKeys?: ApiKey[];
  /** Where a request's key comes from: `x-api-key`, or the authorizer's `usageIdentifierKey`. Default: HEADER. */
  apiKeySource?: 'HEADER' | 'AUTHORIZER';
  usagePlan?: UsagePlan;
  authorizer?: Authorizer;
  gatewayResponses?: GatewayResponses;
  /** Default: 29 seconds, as API Gateway's, in both modes; streams may set up to 15 minutes. */
  integrationTimeoutMs?: number;
  /** For streams. Default: 5 minutes, as of a Regional endpoint. */
  idleTimeoutMs?: number;
  /** A request is over. @param answer of the function */
  onAccess?: (entry: AccessLogEntry, request: StageRequest, answer: ResponseHead | undefined) => void;
}

export interface AccessLogEntry {
  requestId: string;
  method: string;
  /** Without the stage. */
  path: string;
  status: number;
  /** `cut`: the connection was closed before the response was whole. */
  outcome: 'complete' | 'cut' | 'client-left';
  /** Set when API Gateway answered by itself. */
  gatewayResponse?: GatewayResponseType;
  /** Why it did, or what ended a cut response. */
  reason?: string;
  ms: number;
  /** Of the body that was sent. */
  bytes: number;
}

export interface Gateway {
  /** With the stage: http://127.0.0.1:PORT/prod */
  url: string;
  port: number;
  accessLog: AccessLogEntry[];
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 29_000;
const MAX_STREAM_TIMEOUT_MS = 900_000;
const REGIONAL_IDLE_MS = 300_000;

/** A Regional REST API whose resources are Lambda proxy integrations of one function. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { stage = 'prod', transfer = 'BUFFERED', resources = ['/', '/{proxy+}'], openResources = [] } = options;
  const { integrationTimeoutMs = DEFAULT_TIMEOUT_MS, idleTimeoutMs = REGIONAL_IDLE_MS } = options;
  const { authorizer, apiKeys, apiKeySource = 'HEADER', gatewayResponses = {} } = options;
  if (transfer === 'STREAM' && integrationTimeoutMs > MAX_STREAM_TIMEOUT_MS)
    throw new RangeError('integrationTimeoutMs: at most 900000 for streams');
  const serve = transfer === 'STREAM' ? serveStream : serveBuffered;
  const prefix = options.customDomain ? '' : `/${stage}`;
  const meter = options.usagePlan && createMeter(options.usagePlan);
  const accessLog: AccessLogEntry[] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = describe(incoming, stage, prefix);
    const headers = ownHeaders(request);
    const startedAt = performance.now();
    const { requestId, method, path } = request;
    const entry: AccessLogEntry = { requestId, method, path, status: 0, outcome: 'complete', ms: 0, bytes: 0 };
    const exchange: Pick<Exchange, 'response' | 'headers' | 'head' | 'bytes'> = { response, headers, bytes: 0 };
    const watch = createWatch(response, integrationTimeoutMs, transfer === 'STREAM' ? idleTimeoutMs : undefined);
    try {
      route(request, prefix, resources, options.slashMatters);
      request.body = await readBody(incoming);
      const open = openResources.includes(request.resource);
      const mock = open ? undefined : options.mocks?.[request.method];
      if (mock) response.writeHead(mock.statusCode, [...Object.entries(mock.headers), ...headers].flat()).end();
      else {
        const caller = open ? {} : await admit(request);
        await serve(options.function, Object.assign(exchange, { event: proxyEvent(request, caller) }), watch);
      }
    } catch (error) {
      exchange.bytes += conclude(error as Error, response, headers, entry, watch.why());
    } finally {
      watch.stop();
      const ms = Math.round(performance.now() - startedAt);
      accessLog.push(Object.assign(entry, { status: response.statusCode, bytes: exchange.bytes, ms }));
      options.onAccess?.(entry, request, exchange.head);
    }
  }

  /** Authorizer, key and usage plan, in this order. @throws GatewayError */
  async function admit(request: StageRequest): Promise<Caller> {
    if (request.method === 'OPTIONS') return {};
    const authorized = authorizer && (await authorize(authorizer, authorizerEvent(request)));
    const caller: Caller = authorized ? { authorizer: authorized.context } : {};
    if (!apiKeys) return caller;
    const key = apiKeySource === 'HEADER' ? headerOf(request.headers, 'x-api-key') : authorized?.usageIdentifierKey;
    const known = apiKeys.find(({ value }) => value === key);
    if (!known) throw new GatewayError('INVALID_API_KEY', 'API Key not authorized');
    const refusal = meter?.(known.id);
    if (refusal) throw new GatewayError(refusal, 'Usage plan');
    return { ...caller, apiKey: known.value, apiKeyId: known.id };
  }

  /** Answers in the function's place, or cuts what cannot be answered any more. @returns the length of the answer */
  function conclude(
    error: Error,
    response: ServerResponse,
    own: HeaderList,
    entry: AccessLogEntry,
    why: Interruption | undefined,
  ): number {
    entry.reason = why ?? error.message;
    if (response.headersSent || response.destroyed) {
      entry.outcome = why === 'client-left' ? why : 'cut';
      response.destroy();
      return 0;
    }
    const type = why ? 'INTEGRATION_TIMEOUT' : error instanceof GatewayError ? error.type : undefined;
    if (!type) throw error;
    entry.gatewayResponse = type;
    const { statusCode, headers, body } = renderGatewayResponse(type, gatewayResponses);
    const bytes = Buffer.byteLength(body);
    const length = ['Content-Length', String(bytes)];
    response.writeHead(statusCode, [...Object.entries(headers), length, ...own].flat()).end(body);
    return bytes;
  }

  const { endpoint, close } = await startServer(
    // What is not known here must not be answered as API Gateway would.
    (incoming, response) =>
      handle(incoming, response).catch(({ stack }: Error) => void response.writeHead(501).end(stack)),
    options.port,
    // Clients reuse connections; Node's 5 seconds would race with them.
    { keepAliveTimeout: 350_000 },
  );
  return { url: endpoint + prefix, port: Number(new URL(endpoint).port), accessLog, close };
}

function describe(incoming: IncomingMessage, stage: string, prefix: string): StageRequest {
  const [rawPath = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const headers = pairs(incoming.rawHeaders);
  const sourceIp = incoming.socket.remoteAddress ?? '';
  const added = new Map([
    ['X-Amzn-Trace-Id', `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`],
    ['X-Forwarded-For', [headerOf(headers, 'x-forwarded-for'), sourceIp].filter(Boolean).join(', ')],
    ['X-Forwarded-Port', String(incoming.socket.localPort)],
    ['X-Forwarded-Proto', 'http'],
  ]);
  const replaced = [...added.keys()].map((name) => name.toLowerCase());
  const kept = forwardedHeaders(headers).filter(([name]) => !replaced.includes(name.toLowerCase()));
  return {
    requestId: randomUUID(),
    stage,
    method: incoming.method ?? 'GET',
    rawPath,
    path: rawPath.slice(prefix.length) || '/',
    resource: '',
    pathParameters: null,
    query: new URLSearchParams(query),
    headers: [...kept, ...added],
    body: Buffer.alloc(0),
    sourceIp,
    host: headerOf(headers, 'host') ?? '',
  };
}

/** Finds the resource. @throws GatewayError */
function route(request: StageRequest, prefix: string, resources: readonly string[], slashMatters = false): void {
  const { rawPath, path } = request;
  if (rawPath !== prefix && !rawPath.startsWith(`${prefix}/`)) throw new GatewayError('UNKNOWN_STAGE', 'No such stage');
  const plain = slashMatters ? path : path.replace(/(?<=.)\/$/, '');
  const resource = [plain, plain === '/' ? '' : '/{proxy+}'].find((each) => resources.includes(each));
  if (resource === undefined) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'No such resource');
  request.resource = resource;
  if (resource !== plain) request.pathParameters = { proxy: decodeURIComponent(plain.slice(1)) };
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of incoming) {
    total += chunk.length;
    if (total <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  if (total > MAX_REQUEST_BYTES) throw new GatewayError('REQUEST_TOO_LARGE', 'The request is too large');
  return Buffer.concat(chunks);
}

function ownHeaders({ requestId, headers }: StageRequest): HeaderList {
  return [
    ['x-amzn-RequestId', requestId],
    ['x-amz-apigw-id', randomBytes(11).toString('base64')],
    ['X-Amzn-Trace-Id', headerOf(headers, 'x-amzn-trace-id') as string],
  ];
}

function pairs(rawHeaders: readonly string[]): HeaderList {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => [name, rawHeaders[2 * index + 1] as string]);
}
