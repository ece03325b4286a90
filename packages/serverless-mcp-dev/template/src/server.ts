import { setTimeout as pause } from 'node:timers/promises';
import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const COLOR = z.object({ color: z.string().describe('Any color') });

/** Made anew for every request: what must outlive one belongs in a database. */
export function createServer(): McpServer {
  const server = new McpServer({ name: 'my-server', version: '0.1.0' });

  server.registerTool(
    'greet',
    { description: 'Greets somebody.', inputSchema: z.object({ name: z.string().describe('Whom to greet') }) },
    ({ name }) => answer(`${process.env['GREETING'] ?? 'Hello'}, ${name}!`),
  );

  server.registerTool(
    'count',
    {
      description: 'Counts slowly, and tells how far it is.',
      inputSchema: z.object({ to: z.number().int().min(1).max(60).default(5).describe('The last number') }),
    },
    async ({ to }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= to; progress += 1) {
        // The client cancelled, or the function's time is up.
        mcpReq.signal.throwIfAborted();
        if (progressToken !== undefined) {
          const params = { progressToken, progress, total: to, message: `${progress} of ${to}` };
          await mcpReq.notify({ method: 'notifications/progress', params });
        }
        await pause(1000, undefined, { signal: mcpReq.signal });
      }
      return answer(`Counted to ${to}.`);
    },
  );

  server.registerTool(
    'paint',
    {
      description: 'Paints a thing, in a color that the user is asked for.',
      inputSchema: z.object({ thing: z.string().describe('What to paint') }),
    },
    ({ thing }, { mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'color', COLOR);
      if (given) return answer(`The ${thing} is ${given.color} now.`);
      if (mcpReq.inputResponses) return answer(`The ${thing} stays as it is.`);
      const question = { message: `Which color should the ${thing} have?`, requestedSchema: COLOR };
      return inputRequired({ inputRequests: { color: inputRequired.elicit(question) } });
    },
  );
  return server;
}

function answer(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}
