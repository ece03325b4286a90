import {
  type CallToolResult,
  type Client,
  type CompleteRequest,
  type GetPromptResult,
  type Implementation,
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplateType,
  SdkErrorCode,
  SdkHttpError,
  type ServerCapabilities,
  type Tool,
} from '@modelcontextprotocol/client';
import { SpendError, throwIfCancelled } from '../domain/errors.ts';
import { checkAddress } from './address.ts';
import { isSessionGone, type OpenClient, openClient } from './open-client.ts';
import type { CallOptions, ConnectOptions } from './options.ts';
import { textFromResult } from './result-text.ts';
import { toldError } from './told-error.ts';

/** A connection to an MCP server. What it does is done in a new session when the server has forgotten the old one. */
export interface Connection {
  readonly client: Client;
  readonly url: string;
  readonly era: OpenClient['era'];
  /** Of a 2025-era session; undefined in the 2026 era, which has none. */
  readonly sessionId: string | undefined;
  readonly protocolVersion: string | undefined;
  readonly server: Implementation | undefined;
  /** What the server says it has. Of what it has not, lists are empty. */
  readonly capabilities: ServerCapabilities;
  /** @throws SpendError TOOL_FAILED with the tool's own words when it answers an error; CANCELLED */
  callTool(name: string, input?: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  listTools(): Promise<Tool[]>;
  listResources(): Promise<Resource[]>;
  listResourceTemplates(): Promise<ResourceTemplateType[]>;
  readResource(uri: string, options?: CallOptions): Promise<ReadResourceResult>;
  listPrompts(): Promise<Prompt[]>;
  getPrompt(name: string, input?: Record<string, string>, options?: CallOptions): Promise<GetPromptResult>;
  /** Values the server proposes for an argument; none where it proposes nothing. */
  complete(of: CompleteRequest['params']['ref'], argument: string, value: string): Promise<string[]>;
  /** Least severe log message wanted from now on. */
  setLogLevel(level: LoggingLevel): Promise<void>;
  /** Begins a new session on the same server. */
  reconnect(): Promise<void>;
  /** Ends the session on the server, then the connection. */
  terminate(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than the 15 minutes that a call may take on Lambda. */
const TIMEOUT_MS = 16 * 60_000;

/** Connects to an MCP server over Streamable HTTP. @throws SpendError SERVER_UNREACHABLE, SERVER_BUSY, SERVER_REFUSED, SERVER_FAILED, INVALID_ARGUMENT */
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<Connection> {
  const address = checkAddress(url, options);
  let { logLevel = options.onLog ? 'info' : undefined } = options;
  let renewal: Promise<void> | undefined;
  let ended = false;
  let open = await begin();

  async function begin(): Promise<OpenClient> {
    const opened = await openClient(address, options);
    const { client, era } = opened;
    // Without an end, calls whose streams cannot be taken up again would wait for their timeout.
    client.onerror = (error) => {
      // That its streams end is what the end of a session is; to close now would cut off the request that ends it.
      if (ended) return;
      if (error.message.startsWith('Maximum reconnection attempts')) void client.close();
      // Of a request whoever made it is told; of a stream nobody is, and with it go the calls that wait for it.
      if (
        isSessionGone(opened, error) &&
        error instanceof SdkHttpError &&
        error.code === SdkErrorCode.ClientHttpFailedToOpenStream
      )
        renew(opened)
          .catch(() => {})
          .finally(() => client.close());
    };
    if (logLevel !== undefined && era === '2025' && client.getServerCapabilities()?.logging)
      await client.setLoggingLevel(logLevel);
    return opened;
  }

  /** At most one at a time, and none when somebody was faster. */
  function renew(old: OpenClient): Promise<void> {
    renewal ??= (async () => {
      if (old !== open || ended) return;
      open = await begin();
      options.onConnectionChange?.({ state: 'new-session', sessionId: open.transport.sessionId });
    })().finally(() => {
      renewal = undefined;
    });
    return renewal;
  }

  async function ask<Result>(request: (client: Client) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    await renewal?.catch(() => {});
    const used = open;
    try {
      return await request(used.client).catch(async (error: unknown) => {
        if (used.era !== '2025' || ended || !isSessionGone(used, error)) throw error;
        await renew(used);
        return request(open.client);
      });
    } catch (error) {
      throwIfCancelled(signal);
      throw toldError(address, error as Error);
    }
  }

  /** Empty where there is no such thing, said beforehand or when asked: templates have no capability of their own. */
  async function list<Item>(
    kind: keyof ServerCapabilities,
    request: (client: Client) => Promise<Item[]>,
  ): Promise<Item[]> {
    if (capabilities()[kind] === undefined) return [];
    return ask(request).catch((error: unknown) => {
      if (error instanceof ProtocolError && error.code === ProtocolErrorCode.MethodNotFound) return [];
      throw error;
    });
  }

  const capabilities = () => open.client.getServerCapabilities() ?? {};

  const withMeta = ({ meta = {} }: CallOptions) => {
    const level = logLevel !== undefined && open.era === '2026' ? { [LOG_LEVEL_META_KEY]: logLevel } : {};
    return Object.keys(level).length + Object.keys(meta).length > 0 ? { _meta: { ...level, ...meta } } : {};
  };

  return {
    url: address.href,
    get client() {
      return open.client;
    },
    get era() {
      return open.era;
    },
    get sessionId() {
      return open.transport.sessionId;
    },
    get protocolVersion() {
      return open.transport.protocolVersion;
    },
    get server() {
      return open.client.getServerVersion();
    },
    get capabilities() {
      return capabilities();
    },
    async callTool(name, input = {}, call = {}) {
      const params = () => ({ name, arguments: input, ...withMeta(call) });
      const result = await ask((client) => client.callTool(params(), requestOptions(call)), call.signal).catch(
        (error: unknown) => {
          throw error instanceof ProtocolError ? new SpendError('TOOL_FAILED', error.message, { cause: error }) : error;
        },
      );
      if (result.isError) throw new SpendError('TOOL_FAILED', textFromResult(result));
      return result;
    },
    listTools: () => list('tools', async (client) => (await client.listTools()).tools),
    listResources: () => list('resources', async (client) => (await client.listResources()).resources),
    listResourceTemplates: () =>
      list('resources', async (client) => (await client.listResourceTemplates()).resourceTemplates),
    readResource: (uri, call = {}) =>
      ask((client) => client.readResource({ uri, ...withMeta(call) }, requestOptions(call)), call.signal),
    listPrompts: () => list('prompts', async (client) => (await client.listPrompts()).prompts),
    getPrompt: (name, input = {}, call = {}) =>
      ask(
        (client) => client.getPrompt({ name, arguments: input, ...withMeta(call) }, requestOptions(call)),
        call.signal,
      ),
    complete: (ref, name, value) =>
      list(
        'completions',
        async (client) => (await client.complete({ ref, argument: { name, value } })).completion.values,
      ),
    async setLogLevel(level) {
      logLevel = level;
      if (open.era === '2025' && capabilities().logging) await ask((client) => client.setLoggingLevel(level));
    },
    async reconnect() {
      await open.client.close();
      open = await begin();
      ended = false;
    },
    async terminate() {
      // Before the session is gone: what notices must not begin another one.
      ended = true;
      await open.transport.terminateSession().finally(() => open.client.close());
    },
    close() {
      ended = true;
      return open.client.close();
    },
  };
}

function requestOptions({ signal, onProgress }: CallOptions) {
  return {
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onprogress: onProgress, resetTimeoutOnProgress: true } : {}),
    timeout: TIMEOUT_MS,
  };
}
