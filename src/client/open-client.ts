import {
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { SpendError } from '../domain/errors.ts';
import { refusingFetch } from './http-refusal.ts';
import type { ConnectOptions, Era } from './options.ts';
import { createSteadyFetch, reasonOf } from './steady-fetch.ts';
import { isNetworkError, statusOf, toldError } from './told-error.ts';

/** A client that has shaken hands with a server. */
export interface OpenClient {
  client: Client;
  transport: StreamableHTTPClientTransport;
  era: Exclude<Era, 'auto'>;
}

/** A cut stream is taken up again for about a minute; the SDK itself gives up after two attempts. */
const RECONNECTION = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 10_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 12,
};

/** Somebody may have to sign in while a connection begins. */
const SIGN_IN_TIMEOUT_MS = 360_000;

const MODERN_REVISION = '2026-07-28';

/** @throws SpendError SERVER_UNREACHABLE, SERVER_BUSY, SERVER_REFUSED, SERVER_FAILED */
export async function openClient(address: URL, options: ConnectOptions): Promise<OpenClient> {
  const { era = 'auto' } = options;
  try {
    if (era !== 'auto') return await open(address, era, options);
    return await open(address, '2025', options).catch((error: unknown) => {
      if (!speaksNoSessions(error)) throw error;
      // Where neither is spoken, what the first was answered says more: of the second the SDK keeps nothing.
      return open(address, '2026', options).catch((other: unknown) => {
        throw isEraRefused(other) ? error : other;
      });
    });
  } catch (cause) {
    throw connectError(address, cause as Error);
  }
}

async function open(address: URL, era: OpenClient['era'], options: ConnectOptions): Promise<OpenClient> {
  const { name = 'bedrock-spend', version = '0', headers = {}, apiKey, session, onElicit, onLog } = options;
  const client = new Client(
    { name, version },
    {
      capabilities: { ...(onElicit ? { elicitation: { form: {}, url: {} } } : {}), ...options.capabilities },
      versionNegotiation: { mode: era === '2025' ? 'legacy' : { pin: MODERN_REVISION } },
    },
  );
  const steady = createSteadyFetch(options.fetch ?? (session?.fetch as typeof fetch | undefined) ?? globalThis.fetch, {
    onLost: (reason) => options.onConnectionChange?.({ state: 'lost', reason }),
    onBack: () => options.onConnectionChange?.({ state: 'back' }),
  });
  const transport = new StreamableHTTPClientTransport(address, {
    requestInit: { headers: { ...headers, ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) } },
    reconnectionOptions: RECONNECTION,
    fetch: refusingFetch(steady.fetch, address),
  });
  if (onElicit)
    client.setRequestHandler('elicitation/create', ({ params }, { mcpReq }) => onElicit(params, mcpReq.signal));
  if (onLog) client.setNotificationHandler('notifications/message', ({ params }) => onLog(params));
  await client.connect(transport as Transport, session ? { timeout: SIGN_IN_TIMEOUT_MS } : {});
  steady.beginWaiting();
  return { client, transport, era };
}

/** The server understood and does not begin sessions; whatever else went wrong is not the revision's fault. */
function speaksNoSessions(error: unknown): boolean {
  return error instanceof ProtocolError || [400, 404, 405].includes(statusOf(error) ?? 0);
}

function isEraRefused(error: unknown): boolean {
  return error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed && error.cause === undefined;
}

/** The server does not know the session any more. Without one, 404 is of a server that has no stream to open. */
export function isSessionGone({ transport }: OpenClient, error: unknown): boolean {
  return transport.sessionId !== undefined && statusOf(error) === 404;
}

function connectError(address: URL, cause: Error): SpendError {
  const told = toldError(address, cause);
  if (told instanceof SpendError && !(told.code === 'SERVER_UNREACHABLE' && isNetworkError(told.cause))) return told;
  return new SpendError(
    'SERVER_UNREACHABLE',
    `No MCP server answered at ${address}: ${reasonOf(told.cause ?? told)}. Start one with "bedrock-spend serve".`,
    { cause },
  );
}
