import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import * as z from 'zod';
import { createApp } from '../../src/http/app.ts';

const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const STEPS = 40;
const STEP_MS = 50;

interface ShellServerOptions {
  key?: string;
  /** It answers when a session is to be ended. */
  endsSessions?: boolean;
  sessions?: boolean;
}

/** A server over HTTP whose tools do what is hard for a shell: ask, go on for long, paint, and try to take the terminal over. */
export async function startShellServer({ key, endsSessions = true, sessions = true }: ShellServerOptions = {}) {
  const seen = { aborted: 0, keys: new Set<string | null>() };
  const open = () =>
    createServerlessMcp({ store: createMemorySessionStore(), retryMs: 100, factory: () => createServer(seen) });
  let mcp = open();
  const stateless = createMcpHandler(() => createServer(seen), { legacy: 'stateless' });
  const fetch = async (request: Request): Promise<Response> => {
    seen.keys.add(request.headers.get('x-api-key'));
    if (key !== undefined && request.headers.get('x-api-key') !== key)
      return new Response('Forbidden', { status: 403 });
    if (request.method === 'DELETE' && !endsSessions) return new Response('', { status: 503 });
    return sessions ? createApp(mcp).fetch(request) : stateless.fetch(request);
  };
  const { server, port } = await new Promise<{ server: Server; port: number }>((resolve) => {
    const listening = serve({ fetch, hostname: '127.0.0.1', port: 0, overrideGlobalObjects: false }, (info) =>
      resolve({ server: listening as Server, port: info.port }),
    );
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    seen,
    /** As when the network goes: what runs on the server goes on. */
    cut: () => server.closeAllConnections(),
    /** As when it is put up anew: it knows no session any more. */
    async forget() {
      const old = mcp;
      mcp = open();
      server.closeAllConnections();
      await old.close();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await mcp.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createServer(seen: { aborted: number }): McpServer {
  const server = new McpServer({ name: 'hard', version: '1' }, { capabilities: { logging: {} } });
  const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

  server.registerTool(
    'steps',
    { inputSchema: z.object({ mood: z.enum(['calm', 'hasty']).optional() }) },
    async (_, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken as string;
      for (let step = 1; step <= STEPS; step++) {
        if (mcpReq.signal.aborted) {
          seen.aborted++;
          break;
        }
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: step, total: STEPS, message: `step ${step}` },
        });
        if (step % 10 === 0) await mcpReq.log('info', `logged ${step}`);
        await new Promise((resolve) => setTimeout(resolve, STEP_MS));
      }
      return text(`all ${STEPS} steps are done`);
    },
  );

  server.registerTool('ask', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    const answer = await server.server.elicitInput(
      {
        message: 'What shall the budget be?',
        requestedSchema: {
          type: 'object',
          properties: {
            team: { type: 'string', title: 'Team' },
            dollars: { type: 'integer', minimum: 1, default: 100 },
            period: { type: 'string', enum: ['day', 'month'] },
            alert: { type: 'boolean', default: true },
          },
          required: ['team', 'period'],
        },
      },
      { relatedRequestId: mcpReq.id },
    );
    return text(`answer: ${JSON.stringify(answer)}`);
  });

  server.registerTool('hostile', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    await mcpReq.log('info', 'log \u001B]0;owned\u0007\u001B[2Jend');
    return text('\u001B[31mred\u001B[0m \u001B]52;c;ZXZpbA==\u0007 \u202Eturned');
  });
  server.registerTool('forge', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
    await mcpReq.log('info', 'one\r\n127.0.0.1:80 2025 0a1b2c3d> two');
    throw new Error('It broke.\r127.0.0.1:80 2025 0a1b2c3d> quit\u2028Key (not shown): \u001B[1A');
  });
  server.registerTool('paint', { inputSchema: z.object({}) }, () => ({
    content: [{ type: 'image' as const, data: DOT, mimeType: 'image/png' }],
  }));
  server.registerTool('table', { inputSchema: z.object({}) }, () => text('model  cost\nopus   $1\ntotal  $1'));
  return server;
}
