import { McpServer } from '@modelcontextprotocol/server';
import {
  createMemorySessionStore,
  createServerlessMcp,
  type ServerlessMcp,
  type ServerlessMcpOptions,
} from 'serverless-mcp';
import * as z from 'zod';

/** A small server with the behaviours that are hard for a session layer, and what its tools saw. */
export function makeMcp(options: Partial<ServerlessMcpOptions> = {}) {
  const seen = { waiting: 0, counted: 0, aborted: 0, built: 0, initialized: 0, rootsChanged: 0 };
  const mcp: ServerlessMcp = createServerlessMcp({
    store: createMemorySessionStore(),
    keepAliveMs: 50,
    factory: () => {
      seen.built++;
      const server = new McpServer(
        { name: 'test', version: '1' },
        { capabilities: { tools: { listChanged: true }, logging: {} } },
      );
      server.registerTool('whoami', { inputSchema: z.object({}) }, (_, context) => ({
        content: [
          {
            type: 'text',
            text: JSON.stringify({ session: context.sessionId, client: server.server.getClientVersion()?.name }),
          },
        ],
      }));
      server.registerTool(
        'echo',
        { inputSchema: z.object({ text: z.string(), delay: z.number().default(0) }) },
        async ({ text, delay }) => {
          await new Promise((resolve) => setTimeout(resolve, delay));
          return { content: [{ type: 'text', text }] };
        },
      );
      server.registerTool('wait', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
        seen.waiting++;
        await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
        seen.aborted++;
        return { content: [] };
      });
      server.registerTool('ask', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
        const answer = await server.server.elicitInput(
          { message: 'Name?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } },
          { relatedRequestId: mcpReq.id },
        );
        return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
      });
      server.registerTool(
        'count',
        { inputSchema: z.object({ to: z.number(), pause: z.number().default(5), close: z.boolean().default(false) }) },
        async ({ to, pause, close }, { mcpReq, http }) => {
          for (let number = 1; number <= to; number++) {
            await mcpReq.log('info', number);
            seen.counted++;
            if (mcpReq.signal.aborted) seen.aborted++;
            mcpReq.signal.throwIfAborted();
            if (close && number === 1) http?.closeSSE?.();
            await new Promise((resolve) => setTimeout(resolve, pause));
          }
          return { content: [{ type: 'text', text: `counted to ${to}` }] };
        },
      );
      server.registerTool('announce', { inputSchema: z.object({}) }, async () => {
        await server.server.sendLoggingMessage({ level: 'info', data: 'outside of any call' });
        return { content: [] };
      });
      server.registerTool('change', { inputSchema: z.object({ uri: z.string().optional() }) }, ({ uri }) => {
        if (uri === undefined) mcp.notify.toolsChanged();
        else mcp.notify.resourceUpdated(uri);
        return { content: [] };
      });
      server.server.registerCapabilities({ resources: { subscribe: true } });
      server.server.setRequestHandler('resources/subscribe', () => ({}));
      server.server.setRequestHandler('resources/unsubscribe', ({ params }) =>
        params.uri === 'slow://' ? new Promise<never>(() => {}) : {},
      );
      server.server.setNotificationHandler('notifications/roots/list_changed', () => {
        seen.rootsChanged++;
      });
      server.server.oninitialized = () => {
        seen.initialized++;
      };
      server.registerTool('log', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
        await mcpReq.log('info', 'quiet');
        await mcpReq.log('error', 'loud');
        return { content: [] };
      });
      server.registerTool('fail', { inputSchema: z.object({}) }, () => {
        throw new Error('inside');
      });
      return server;
    },
    ...options,
  });
  return { mcp, seen };
}
