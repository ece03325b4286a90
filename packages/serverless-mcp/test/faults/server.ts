import { setTimeout as sleep } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** A client whose response is lost on its way does not send it again; then the server request ends, and the call with it. */
export const SERVER_REQUEST_MS = 10_000;

/** Tools whose every word carries the token of the call, so that a word in the wrong place is seen. */
export function createFaultsServer(): McpServer {
  const server = new McpServer({ name: 'faults', version: '1' }, { capabilities: { tools: {}, logging: {} } });
  registerEcho(server);
  registerCount(server);
  registerAsk(server);
  return server;
}

function registerEcho(server: McpServer): void {
  const inputSchema = z.object({ token: z.string(), delayMs: z.number() });
  server.registerTool('echo', { inputSchema }, async ({ token, delayMs }) => {
    await sleep(delayMs);
    return textResult(token);
  });
}

/** Says its numbers from 0, by turns as progress and as log messages. */
function registerCount(server: McpServer): void {
  const inputSchema = z.object({ token: z.string(), count: z.number(), pauseMs: z.number() });
  server.registerTool('count', { inputSchema }, async ({ token, count, pauseMs }, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken as string | number;
    for (let index = 0; index < count; index++) {
      await sleep(pauseMs);
      const message = JSON.stringify({ token, index });
      if (index % 2 === 1) await mcpReq.log('info', message);
      else
        await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: index, message } });
    }
    return textResult(token);
  });
}

function registerAsk(server: McpServer): void {
  const inputSchema = z.object({ token: z.string(), delayMs: z.number() });
  const requestedSchema = { type: 'object' as const, properties: { token: { type: 'string' as const } } };
  server.registerTool('ask', { inputSchema }, async ({ token, delayMs }, { mcpReq }) => {
    await sleep(delayMs);
    const { content } = await server.server.elicitInput(
      { message: token, requestedSchema },
      { relatedRequestId: mcpReq.id, timeout: SERVER_REQUEST_MS },
    );
    return textResult(String(content?.['token']));
  });
}

function textResult(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}
