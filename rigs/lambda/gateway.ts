import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Authorizer, authorize } from './authorizer.ts';
import type { LambdaFunction } from './function.ts';
import {
  GatewayError,
  type GatewayResponses,
  type GatewayResponseType,
  renderGatewayResponse,
} from './gateway-responses.ts';
import { forwardedHeaders, type HeaderList } from './headers.ts';
import {
  createWatch,
  type Exchange,
  type IntegrationSettings,
  type Interruption,
  serveBuffered,
  serveStream,
} from './integration.ts';
import type { Rate } from './limits.ts';
import {
  type Api,
  authorizerEvent,
  type Caller,
  headerOf,
  newExtendedRequestId,
  proxyEvent,
  type StageRequest,
} from './proxy-event.ts';
import { type ApiKey, createMeter, type UsagePlan } from './usage-plan.ts';

export interface GatewayOptions {
  function: LambdaFunction;
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
  /** Those of them that need neither authorizer nor key, and have no mocks. */
  openResources?: string[];
  /** Methods that the gateway answers itself (MOCK integrations), without a key. */
  mocks?: Record<string, MockResponse>;
  /** With keys, every method but OPTIONS requires one. */
  apiKeys?: ApiKey[];
  /** Where a request's key comes from: `x-api-key`, or the authorizer's `usageIdentifierKey`. Default: HEADER. */
  apiKeySource?: 'HEADER' | 'AUTHORIZER';
  usagePlan?: UsagePlan;
  authorizer?: Authorizer;
  gatewayResponses?: GatewayResponses;
  binaryMediaTypes?: string[];
  /** Default: 29 seconds, as API Gateway's, in both modes; streams may set up to 15 minutes. */
  integrationTimeoutMs?: number;
  /** For streams. Default: 5 minutes, as of a Regional endpoint. */
  idleTimeoutMs?: number;
  limits?: Partial<GatewayLimits>;
  /** What would go to the execution log: never keys, headers or bodies. */
  log?: (line: string) => void;
}

export interface MockResponse {
  statusCode: number;
  headers: Record<string, string>;
}

export interface GatewayLimits {
  requestBytes: number;
  responseBytes: number;
  streamRate: Rate;
}

export interface AccessLogEntry {
  requestId: string;
  method: string;
  path: string;
  status: number;
  apiKeyId: string | null;
  latencyMs: number;
  /** Of the body, given to the client's connection. */
  bytes: number;
  /** `cut`: the connection was closed before the response was whole. */
  outcome: 'complete' | 'cut' | 'client-left';
  /** Set when API Gateway answered by itself. */
  gatewayResponse?: GatewayResponseType;
  /** What ended a cut response. */
  reason?: Interruption | 'function-error';
}

export interface Gateway {
  /** With the stage: http://127.0.0.1:PORT/prod */
  url: string;
  port: number;
  accessLog: AccessLogEntry[];
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const LIMITS: GatewayLimits = {
  requestBytes: 10 * MIB,
  responseBytes: 10 * MIB,
  streamRate: { freeBytes: 10 * MIB, bytesPerSecond: 2 * MIB },
};
const DEFAULT_TIMEOUT_MS = 29_000;
const MAX_STREAM_TIMEOUT_MS = 900_000;
const REGIONAL_IDLE_MS = 300_000;
/** API Gateway keeps them for its own health check. */
const HEALTH_PATHS = ['/ping', '/sping'];

/** A Regional REST API whose resources are Lambda proxy integrations of one function. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { stage = 'prod', transfer = 'BUFFERED', apiKeys, resources = ['/', '/{proxy+}'] } = options;
  const { apiKeySource = 'HEADER', gatewayResponses = {}, binaryMediaTypes = [], log = () => {} } = options;
  const { openResources = [] } = options;
  const limits = { ...LIMITS, ...options.limits };
  const integrationTimeoutMs = options.integrationTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  if (integrationTimeoutMs < 50 || (transfer === 'STREAM' && integrationTimeoutMs > MAX_STREAM_TIMEOUT_MS))
    throw new RangeError('integrationTimeoutMs: at least 50, and at most 900000 for streams');
  const settings: IntegrationSettings = {
    function: options.function,
    integrationTimeoutMs,
    idleTimeoutMs: transfer === 'STREAM' ? (options.idleTimeoutMs ?? REGIONAL_IDLE_MS) : integrationTimeoutMs,
    binaryMediaTypes,
    ...limits,
  };
  const api: Api = { id: 'rig', stage, binaryMediaTypes };
  const prefix = options.customDomain ? '' : `/${stage}`;
  const meter = options.usagePlan && createMeter(options.usagePlan);
  const accessLog: AccessLogEntry[] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const request = describe(incoming, prefix);
    const exchange = { response, headers: ownHeaders(request), accept: firstAccepted(request), bytes: 0 };
    const entry: AccessLogEntry = {
      requestId: request.requestId,
      method: request.method,
      path: request.rawPath,
      status: 0,
      apiKeyId: null,
      latencyMs: 0,
      bytes: 0,
      outcome: 'complete',
    };
    const watch = createWatch(response, settings.integrationTimeoutMs, settings.idleTimeoutMs);
    try {
      route(request, prefix, resources);
      request.body = await readBody(incoming, limits.requestBytes);
      const open = openResources.includes(request.resource);
      const mock = open ? undefined : options.mocks?.[request.method];
      if (mock) {
        response.writeHead(mock.statusCode, [...Object.entries(mock.headers), ...exchange.headers].flat()).end();
        return;
      }
      const caller = open ? {} : await admit(request, entry);
      const whole: Exchange = Object.assign(exchange, { event: proxyEvent(request, api, caller) });
      await (transfer === 'STREAM' ? serveStream : serveBuffered)(whole, settings, watch);
    } catch (error) {
      conclude(error as Error, response, exchange, entry, watch.why());
    } finally {
      watch.stop();
    }
    const { bytes } = exchange;
    const latencyMs = Math.round(performance.now() - startedAt);
    accessLog.push(Object.assign(entry, { status: response.statusCode, bytes, latencyMs }));
    log(`(${request.requestId}) Method completed with status: ${response.statusCode}`);
  }

  /** Authorizer, key and usage plan, in this order. @throws GatewayError */
  async function admit(request: StageRequest, entry: AccessLogEntry): Promise<Caller> {
    if (request.method === 'OPTIONS') return {};
    const caller: Caller = {};
    let key = apiKeySource === 'HEADER' ? headerOf(request.headers, 'x-api-key') : undefined;
    if (options.authorizer) {
      const methodArn = `arn:aws:execute-api:us-east-1:000000000000:${api.id}/${stage}/${request.method}${request.path}`;
      const { context, usageIdentifierKey } = await authorize(
        options.authorizer,
        authorizerEvent(request, api, methodArn),
      );
      caller.authorizer = context;
      if (apiKeySource === 'AUTHORIZER') key = usageIdentifierKey;
    }
    if (!apiKeys) return caller;
    const known = apiKeys.find(({ value, enabled = true }) => enabled && value === key);
    if (!known) throw new GatewayError('INVALID_API_KEY', 'API Key not authorized');
    entry.apiKeyId = known.id;
    const refusal = meter?.(known.id);
    if (refusal) throw new GatewayError(refusal, 'Usage plan');
    return { ...caller, apiKey: known.value, apiKeyId: known.id };
  }

  /** Answers in the function's place, or cuts what cannot be answered any more. */
  function conclude(
    error: Error,
    response: ServerResponse,
    exchange: Omit<Exchange, 'event'>,
    entry: AccessLogEntry,
    why: Interruption | undefined,
  ): void {
    const left = why === 'client-left' || response.destroyed;
    if (left || response.headersSent) {
      entry.outcome = left ? 'client-left' : 'cut';
      if (!left) entry.reason = why ?? 'function-error';
      return void response.destroy();
    }
    const type = why ? 'INTEGRATION_TIMEOUT' : error instanceof GatewayError ? error.type : 'API_CONFIGURATION_ERROR';
    log(`(${entry.requestId}) ${why ? 'Execution failed due to a timeout error' : error.message}`);
    entry.gatewayResponse = type;
    const { statusCode, headers, body } = renderGatewayResponse(type, gatewayResponses, entry.requestId);
    const length = ['Content-Length', String(Buffer.byteLength(body))];
    response.writeHead(statusCode, [...Object.entries(headers), length, ...exchange.headers].flat());
    response.end(body);
    exchange.bytes = Buffer.byteLength(body);
  }

  const server = createServer((incoming, response) => {
    if (HEALTH_PATHS.includes(incoming.url ?? '')) return void response.end('healthy');
    handle(incoming, response).catch((error: Error) => {
      log(error.stack ?? error.message);
      response.destroy();
    });
  });
  // Clients reuse connections; Node's 5 seconds would race with them.
  server.keepAliveTimeout = 350_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    port,
    accessLog,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function describe(incoming: IncomingMessage, prefix: string): StageRequest {
  const [rawPath = '/', query = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const headers = pairs(incoming.rawHeaders);
  const sourceIp = (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const time = Date.now();
  const traceId = `Root=1-${Math.floor(time / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  const forwardedFor = [headerOf(headers, 'x-forwarded-for'), sourceIp].filter(Boolean).join(', ');
  const added: HeaderList = [
    ['X-Amzn-Trace-Id', traceId],
    ['X-Forwarded-For', forwardedFor],
    ['X-Forwarded-Port', String(incoming.socket.localPort)],
    ['X-Forwarded-Proto', 'http'],
  ];
  const replaced = new Set(added.map(([name]) => name.toLowerCase()));
  return {
    requestId: randomUUID(),
    extendedRequestId: newExtendedRequestId(),
    traceId,
    time,
    method: incoming.method ?? 'GET',
    rawPath,
    path: rawPath.slice(prefix.length) || '/',
    resource: '',
    pathParameters: null,
    query: new URLSearchParams(query),
    headers: forwardedHeaders(
      headers.filter(([name]) => !replaced.has(name.toLowerCase())),
      added,
    ),
    body: Buffer.alloc(0),
    sourceIp,
    host: headerOf(headers, 'host') ?? '',
  };
}

/** Finds the resource. @throws GatewayError */
function route(request: StageRequest, prefix: string, resources: readonly string[]): void {
  const inStage = request.rawPath === prefix || request.rawPath.startsWith(`${prefix}/`);
  const exact = resources.includes(request.path);
  if (!inStage || (!exact && !(request.path !== '/' && resources.includes('/{proxy+}'))))
    throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'No such resource');
  request.resource = exact ? request.path : '/{proxy+}';
  request.pathParameters = exact ? null : { proxy: decoded(request.path.slice(1)) };
}

async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of incoming) {
    total += chunk.length;
    if (total <= limit) chunks.push(chunk);
  }
  if (total > limit) throw new GatewayError('REQUEST_TOO_LARGE', 'The request is too large');
  return Buffer.concat(chunks);
}

function ownHeaders({ requestId, extendedRequestId, traceId }: StageRequest): HeaderList {
  return [
    ['x-amzn-RequestId', requestId],
    ['x-amz-apigw-id', extendedRequestId],
    ['X-Amzn-Trace-Id', traceId],
  ];
}

function firstAccepted({ headers }: StageRequest): string | undefined {
  return headerOf(headers, 'accept')?.split(',')[0]?.trim();
}

function pairs(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    list.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
  return list;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
