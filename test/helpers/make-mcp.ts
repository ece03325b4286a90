import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import {
  createMemorySessionStore,
  createServerlessMcp,
  type ServerlessMcpOptions,
} from '../../src/serverless/index.ts';

/** A small server with the behaviours that are hard for a session layer, and what its tools saw. */
export function makeMcp(options: Partial<ServerlessMcpOptions> = {}) {
  const seen = { aborted: 0, built: 0 };
  const mcp = createServerlessMcp({
    store: createMemorySessionStore(),
    keepAliveMs: 50,
    factory: () => {
      seen.built++;
      const server = new McpServer({ name: 'test', version: '1' }, { capabilities: { tools: {}, logging: {} } });
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
