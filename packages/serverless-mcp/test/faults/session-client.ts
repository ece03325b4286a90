import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Ledger } from './ledger.ts';
import { type Outcome, outcomeOfError, outcomeOfResult } from './outcome.ts';
import type { PlannedCall } from './planned-call.ts';
import type { SessionWatch } from './session-watch.ts';

/** An SDK client with a session of its own, which enters in the ledger what reaches it. */
export interface SessionClient {
  call(planned: PlannedCall): Promise<Outcome>;
  /** Whether the session can still be used. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A live instance is found long before the attempts are used up. */
const RECONNECTION = {
  initialReconnectionDelay: 100,
  maxReconnectionDelay: 1_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 20,
};

export interface SessionClientOptions {
  name: string;
  url: string;
  /** A call that has not ended by then is taken for one that never will. */
  callMs: number;
  ledger: Ledger;
  watch: SessionWatch;
}

export async function connectClient(options: SessionClientOptions): Promise<SessionClient> {
  const { name, url, callMs, ledger, watch } = options;
  const client = new Client({ name, version: '1' }, { capabilities: { elicitation: {} } });
  const hear = (text: unknown) => {
    const { token, index } = JSON.parse(String(text));
    ledger.heard(name, token, index);
  };
  client.setNotificationHandler('notifications/message', ({ params }) => hear(params.data));
  client.setRequestHandler('elicitation/create', ({ params }) => {
    ledger.asked(name, params.message);
    return { action: 'accept', content: { token: params.message } };
  });
  client.onerror = ({ message }) => {
    if (message.includes('unknown message ID')) ledger.answeredAgain();
  };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { fetch: watch.fetch, reconnectionOptions: RECONNECTION }),
  );
  return {
    async call({ tool, token, arguments: given, notifications }) {
      ledger.begin({ token, client: name, notifications });
      const options = {
        timeout: callMs,
        onprogress: ({ message }: { message?: string | undefined }) => hear(message),
      };
      const outcome = await client
        .callTool({ name: tool, arguments: given }, options)
        .then(outcomeOfResult, outcomeOfError);
      ledger.end(token, outcome);
      return outcome;
    },
    async ping() {
      await client.ping();
    },
    close: () => client.close(),
  };
}
