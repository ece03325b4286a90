import { App, type McpUiHostContext } from '@modelcontextprotocol/ext-apps';
import type { Asked } from './question.ts';
import { CLIENT_INFO, type Server, ServerError, serverBehind } from './server.ts';

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

export async function connectToHost(): Promise<Host> {
  const app = new App(CLIENT_INFO, {}, { autoResize: true });
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
    server: serverBehind(
      (call, options) => app.callServerTool(call, options),
      ({ message }) => new ServerError(`The host could not ask the server: ${message}`),
    ),
    asked,
    context: () => app.getHostContext(),
    onContext: (listener) => void listeners.push(listener),
    tell(text) {
      if (app.getHostCapabilities()?.updateModelContext === undefined) return;
      app.updateModelContext({ content: [{ type: 'text', text }] }).catch(() => {});
    },
  };
}
