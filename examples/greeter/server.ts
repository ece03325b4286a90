import { McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';

const PAUSE_MS = 1_000;

/** Made anew for every request: what must outlive one belongs in the session store or in a database. */
export function createGreeter(): McpServer {
  const server = new McpServer({ name: 'greeter', version: '1.0.0' }, { capabilities: { logging: {} } });
  const inputSchema = z.object({ name: z.string().describe('Whom to greet') });

  server.registerTool('greet', { description: 'Greets once.', inputSchema }, ({ name }) => ({
    content: [{ type: 'text', text: `Hello, ${name}!` }],
  }));

  server.registerTool(
    'multi-greet',
    { description: 'Greets three times, with pauses.', inputSchema },
    async ({ name }, { mcpReq }) => {
      for (const greeting of ['Hello', 'Hello again', 'And once more, hello']) {
        await mcpReq.log('info', `${greeting}, ${name}!`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      return { content: [{ type: 'text', text: `Greeted ${name} three times.` }] };
    },
  );
  return server;
}
