import { App, type McpUiHostContext } from '@modelcontextprotocol/ext-apps';
import type { Asked } from './question.ts';
import { dataFromResult, type Server, ServerError } from './server.ts';

/** A host that shows this page beside a conversation. */
export interface Host {
  server: Server;
  /** What the tool was called with that opened this page. */
  asked: Promise<Asked>;
  context(): McpUiHostContext | undefined;
  onContext(listener: (context: McpUiHostContext) => void): void;
  /** Tells the model what the person looks at. */
  tell(text: string): void;
}

const TIMEOUT_MS = 15 * 60_000;

export async function connectToHost(): Promise<Host> {
  const app = new App({ name: 'bedrock-spend-dashboard', version: '1' }, {}, { autoResize: true });
  const listeners: ((context: McpUiHostContext) => void)[] = [];
  // Before connecting: the host sends it right after.
  const asked = new Promise<Asked>((resolve) => {
    app.ontoolinput = ({ arguments: input = {} }) => resolve(input as Asked);
  });
  app.onhostcontextchanged = () => {
    for (const listener of listeners) listener(app.getHostContext() ?? {});
  };
  await app.connect();
  return {
    server: {
      async call(tool, input, signal) {
        try {
          const options = { timeout: TIMEOUT_MS, ...(signal ? { signal } : {}) };
          return dataFromResult(await app.callServerTool({ name: tool, arguments: input }, options));
        } catch (error) {
          if (error instanceof ServerError || signal?.aborted) throw error;
          throw new ServerError(`The host could not ask the server: ${(error as Error).message}`);
        }
      },
    },
    asked,
    context: () => app.getHostContext(),
    onContext: (listener) => void listeners.push(listener),
    tell(text) {
      if (app.getHostCapabilities()?.updateModelContext === undefined) return;
      app.updateModelContext({ content: [{ type: 'text', text }] }).catch(() => {});
    },
  };
}
