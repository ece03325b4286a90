import type {
  AuthInfo,
  JSONRPCMessage,
  JSONRPCNotification,
  JSONRPCRequest,
  JSONRPCResponse,
  McpServerFactory,
  MessageExtraInfo,
  RequestId,
  Transport,
} from '@modelcontextprotocol/server';
import type { SessionRow } from './session-store.ts';

/** Takes what a server says of its own accord: notifications and server requests, and the client's request they are related to. */
export type Say = (
  message: JSONRPCRequest | JSONRPCNotification,
  relatedRequestId: RequestId | undefined,
) => Promise<void>;

/** A server of its own for one POST, in the state of the session. */
export interface InProcessServer {
  /** Resolves with the response; never for a request that is cancelled: the protocol answers those with silence. */
  ask(request: JSONRPCRequest, extra?: Partial<MessageExtraInfo>): Promise<JSONRPCResponse>;
  /** Hands over a message that has no response: a notification, or the response to a server request. */
  tell(message: JSONRPCMessage): void;
  /** Until this is called, nobody hears what the server says: what it says while it is prepared has been said before. */
  listen(say: Say): void;
  /** Whether the server does something when the client says that it is initialized. */
  readonly awaitsInitialized: boolean;
  close(): Promise<void>;
}

/** What a server for one POST is made from. */
export interface InProcessServerOptions {
  factory: McpServerFactory;
  request: Request;
  authInfo: AuthInfo | undefined;
  sessionId: string;
  /** Undefined for the `initialize` that begins the session. */
  row: SessionRow | undefined;
}

/**
 * Makes a server, speaks with it directly, without HTTP between, and replays the session's beginning to it.
 * @throws what the factory throws
 */
export async function startInProcessServer({
  factory,
  request,
  authInfo,
  sessionId,
  row,
}: InProcessServerOptions): Promise<InProcessServer> {
  const waiting = new Map<RequestId, (response: JSONRPCResponse) => void>();
  let say: Say = async () => {};
  const transport: Transport = {
    sessionId,
    async start() {},
    async close() {
      transport.onclose?.();
    },
    async send(message, options) {
      if ('method' in message) return say(message, options?.relatedRequestId);
      if (message.id === undefined) return;
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    },
  };
  const auth = authInfo ? { authInfo } : {};
  const server = await factory({ era: 'legacy', requestInfo: request, ...auth });
  await server.connect(transport);
  const inProcess: InProcessServer = {
    ask: (message, extra) =>
      new Promise((resolve) => {
        waiting.set(message.id, resolve);
        transport.onmessage?.(message, { request, ...auth, ...extra });
      }),
    tell: (message) => transport.onmessage?.(message, { request, ...auth }),
    listen: (listener) => {
      say = listener;
    },
    get awaitsInitialized() {
      return ('server' in server ? server.server : server).oninitialized !== undefined;
    },
    close: () => server.close(),
  };
  if (row) await rehydrate(inProcess, row);
  return inProcess;
}

/**
 * Brings a fresh server to the state it had when the session's last request was answered. Not with `notifications/initialized`:
 * the SDK needs it for nothing but the server's own callback, which is to run once in a session.
 */
async function rehydrate(inProcess: InProcessServer, { initialize, logLevel }: SessionRow): Promise<void> {
  await inProcess.ask({ jsonrpc: '2.0', id: '__initialize', method: 'initialize', params: initialize });
  if (logLevel === undefined) return;
  await inProcess.ask({ jsonrpc: '2.0', id: '__level', method: 'logging/setLevel', params: { level: logLevel } });
}
