import {
  type CallToolResult,
  Client,
  type ClientOptions,
  type Progress,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { SpendError } from '../domain/errors.ts';
import type { OAuthSession } from './oauth-session.ts';

export { type OAuthOptions, type OAuthStatus, openInBrowser, openOAuth } from './oauth/index.ts';
export type { OAuthSession } from './oauth-session.ts';
export type { SecretStore } from './secret-store.ts';

export interface ConnectOptions {
  /** Sent with every request. */
  headers?: Record<string, string>;
  name?: string;
  version?: string;
  /** Takes the place of the network, for a server in this process. */
  fetch?: typeof globalThis.fetch;
  /** Signs the user in where the server asks for it. Takes the place of `fetch`. */
  session?: Pick<OAuthSession, 'fetch'>;
  /** For the SDK's client: capabilities, versions of the protocol. */
  client?: ClientOptions;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** A connection to an MCP server. */
export interface Connection {
  readonly client: Client;
  /** Of a 2025-era session; undefined in the 2026 era, which has none. */
  readonly sessionId: string | undefined;
  readonly protocolVersion: string | undefined;
  /** @throws SpendError TOOL_FAILED with the tool's own words when it answers an error */
  callTool(name: string, input?: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  /** Begins a new session on the same server. */
  reconnect(): Promise<void>;
  /** Ends the session on the server, then the connection. */
  terminate(): Promise<void>;
  close(): Promise<void>;
}

/** Connects to an MCP server over Streamable HTTP. @throws SpendError SERVER_UNREACHABLE */
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<Connection> {
  const address = new URL(url);
  let { client, transport } = await begin(address, options);
  return {
    get client() {
      return client;
    },
    get sessionId() {
      return transport.sessionId;
    },
    get protocolVersion() {
      return transport.protocolVersion;
    },
    callTool: (name, input = {}, call = {}) => callTool(client, name, input, call),
    async reconnect() {
      await client.close();
      ({ client, transport } = await begin(address, options));
    },
    async terminate() {
      await transport.terminateSession();
      await client.close();
    },
    close: () => client.close(),
  };
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

async function begin(address: URL, options: ConnectOptions) {
  const { name = 'bedrock-spend', version = '0', headers = {}, session } = options;
  const fetch = session?.fetch ?? options.fetch;
  const client = new Client({ name, version }, options.client);
  const transport = new StreamableHTTPClientTransport(address, {
    requestInit: { headers },
    reconnectionOptions: RECONNECTION,
    ...(fetch ? { fetch } : {}),
  });
  try {
    await client.connect(transport as Transport, session ? { timeout: SIGN_IN_TIMEOUT_MS } : {});
  } catch (cause) {
    // Where the SDK first asks which protocol there is, it wraps what stopped it.
    for (const error of [cause, (cause as Error).cause]) if (error instanceof SpendError) throw error;
    throw new SpendError(
      'SERVER_UNREACHABLE',
      `No MCP server answered at ${address}: ${reason(cause)}. Start one with "bedrock-spend serve".`,
      { cause },
    );
  }
  return { client, transport };
}

async function callTool(
  client: Client,
  name: string,
  input: Record<string, unknown>,
  { signal, onProgress }: CallOptions,
): Promise<CallToolResult> {
  const result = await client.callTool(
    { name, arguments: input },
    {
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onprogress: onProgress, resetTimeoutOnProgress: true } : {}),
      timeout: 600_000,
    },
  );
  if (result.isError) throw new SpendError('TOOL_FAILED', textFromResult(result));
  return result;
}

/** The text parts of a tool's answer. */
export function textFromResult({ content }: CallToolResult): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function reason(error: unknown): string {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
