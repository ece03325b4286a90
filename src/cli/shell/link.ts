import { createWriteStream, type WriteStream } from 'node:fs';
import type { LoggingLevel, Tool } from '@modelcontextprotocol/client';
import {
  type Connection,
  type ConnectOptions,
  connect,
  type Era,
  type OAuthSession,
  type WireEntry,
  wireRecorder,
} from '../../client/index.ts';
import { SpendError } from '../../domain/errors.ts';
import { VERSION } from '../../mcp/version.ts';

/** Which server, and what it wants to be shown. */
export interface Target {
  url: string;
  era: Era;
  /** Of a profile. */
  name?: string | undefined;
  apiKey?: string | undefined;
  oauth?: OAuthSession | undefined;
  /** Whether the sign-in is used: somebody asked for it. */
  signsIn?: boolean | undefined;
}

/** The shell's way to a server: at most one connection, and who listens in on it. */
export interface Link {
  readonly target: Target | undefined;
  readonly connection: Connection | undefined;
  /** @throws SpendError INVALID_ARGUMENT when there is none */
  required(): Connection;
  connect(target: Target): Promise<Connection>;
  disconnect(): Promise<void>;
  terminate(): Promise<void>;
  /** As the server last listed them. */
  tools(): Promise<readonly Tool[]>;
  setLogLevel(level: LoggingLevel): Promise<void>;
  readonly recordingTo: string | undefined;
  record(path: string): void;
  stopRecording(): Promise<void>;
  debug: boolean;
}

type Events = Pick<ConnectOptions, 'onElicit' | 'onLog' | 'onConnectionChange'>;

export function createLink(events: Events, showWire: (entry: WireEntry) => void): Link {
  let target: Target | undefined;
  let connection: Connection | undefined;
  let tools: Promise<readonly Tool[]> | undefined;
  let logLevel: LoggingLevel = 'info';
  let record: { path: string; file: WriteStream } | undefined;

  /** Listened in on before a token is added. */
  function listening(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    const recording = wireRecorder(fetch, (entry) => {
      record?.file.write(`${JSON.stringify(entry)}\n`);
      if (link.debug) showWire(entry);
    });
    return (input, init) => (record || link.debug ? recording : fetch)(input, init);
  }
  const end = async (how: (open: Connection) => Promise<void>) => {
    const open = link.required();
    connection = tools = undefined;
    await how(open);
  };

  const link: Link = {
    debug: false,
    get target() {
      return target;
    },
    get connection() {
      return connection;
    },
    required() {
      if (connection) return connection;
      throw new SpendError('INVALID_ARGUMENT', 'Not connected. Type "connect URL" or "connect PROFILE".');
    },
    async connect(next) {
      await connection?.close();
      connection = tools = undefined;
      target = next;
      const session = next.signsIn ? next.oauth : undefined;
      connection = await connect(next.url, {
        ...events,
        onConnectionChange(change) {
          // Another version of the server, maybe.
          if (change.state === 'new-session') tools = undefined;
          events.onConnectionChange?.(change);
        },
        name: 'bedrock-spend-shell',
        version: VERSION,
        era: next.era,
        apiKey: next.apiKey,
        session,
        logLevel,
        fetch: listening((session?.fetch as typeof fetch | undefined) ?? globalThis.fetch),
      });
      return connection;
    },
    disconnect: () => end((open) => open.close()),
    terminate: () => end((open) => open.terminate()),
    tools() {
      tools ??= link
        .required()
        .listTools()
        .catch((error) => {
          tools = undefined;
          throw error;
        });
      return tools;
    },
    async setLogLevel(level) {
      await connection?.setLogLevel(level);
      logLevel = level;
    },
    get recordingTo() {
      return record?.path;
    },
    record(path) {
      record = { path, file: createWriteStream(path, { mode: 0o600 }) };
      record.file.on('error', () => {
        record = undefined;
      });
    },
    async stopRecording() {
      const { file } = record ?? {};
      record = undefined;
      if (file) await new Promise((resolve) => file.end(resolve));
    },
  };
  return link;
}
