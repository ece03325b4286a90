import {
  Client,
  ProtocolError,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type Transport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { SpendError } from '../domain/errors.ts';
import type { ConnectOptions, Era } from './options.ts';
import { createSteadyFetch, reasonOf } from './steady-fetch.ts';

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

/** @throws SpendError SERVER_UNREACHABLE, SERVER_REFUSED */
export async function openClient(address: URL, options: ConnectOptions): Promise<OpenClient> {
  const { era = 'auto' } = options;
  try {
    if (era !== 'auto') return await open(address, era, options);
    return await open(address, '2025', options).catch((error: unknown) => {
      if (!speaksNoSessions(error)) throw error;
      return open(address, '2026', options);
    });
  } catch (cause) {
    throw connectError(address, cause);
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
    fetch: steady.fetch,
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

function statusOf(error: unknown): number | undefined {
  return error instanceof UnauthorizedError ? 401 : error instanceof SdkHttpError ? error.status : undefined;
}

/** The server does not know the session any more. */
export function isSessionGone(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** What was refused, and what to do; other errors as they are. */
export function refusal(address: URL, cause: unknown): SpendError | undefined {
  const status = statusOf(cause);
  if (status !== 401 && status !== 403) return undefined;
  return new SpendError(
    'SERVER_REFUSED',
    `The MCP server at ${address} refused access (${status}). Give it a key in BEDROCK_SPEND_API_KEY or in a profile ("bedrock-spend profiles add"), or log in ("auth login" in "bedrock-spend connect").`,
    { cause },
  );
}

function connectError(address: URL, cause: unknown): SpendError {
  // Where the SDK first asks which protocol there is, it wraps what stopped it.
  for (const error of [cause, (cause as Error).cause]) if (error instanceof SpendError) return error;
  return (
    refusal(address, cause) ??
    new SpendError(
      'SERVER_UNREACHABLE',
      `No MCP server answered at ${address}: ${reasonOf(cause)}. Start one with "bedrock-spend serve".`,
      { cause },
    )
  );
}
