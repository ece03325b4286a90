import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { TOOLS } from '../../../src/mcp/tools/index.ts';
import { QUESTION } from '../record.ts';
import { anthropic } from './anthropic.ts';
import type { Api } from './api.ts';
import { chat } from './chat.ts';
import { gemini } from './gemini.ts';
import { responses } from './responses.ts';

/** Stands in for a vendor's model: calls breakdown_spend once, then says that it is done. */
export interface Model {
  url: string;
  /** How many of this server's tools it was offered at most. */
  tools(): number;
  /** All that it was sent. */
  sent(): string;
  close(): Promise<void>;
}

const APIS: readonly Api[] = [anthropic, responses, gemini, chat];
const NAMES = TOOLS.map(({ name }) => name);
const isOurs = (offered: string) => NAMES.some((name) => offered.endsWith(name));

export async function startModel(): Promise<Model> {
  const requests: string[] = [];
  let most = 0;
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const api = APIS.find(({ path }) => path.test(pathname));
    // What programs ask besides: whether the vendor is there, which models, how many tokens.
    if (api === undefined || request.method !== 'POST') return Response.json({ data: [], models: [], input_tokens: 1 });
    const text = await request.text();
    requests.push(text);
    const body = JSON.parse(text);
    const ours = api.tools(body).filter(isOurs);
    most = Math.max(most, ours.length);
    const tool = ours.find((name) => name.endsWith('breakdown_spend'));
    const asked = { path: pathname, body };
    return tool === undefined || api.hasAnswer(body) ? api.say('Done.', asked) : api.call(tool, QUESTION, asked);
  };
  const { server, port } = await new Promise<{ server: Server; port: number }>((resolve) => {
    const listening = serve({ fetch, hostname: '127.0.0.1', port: 0, overrideGlobalObjects: false }, (info) =>
      resolve({ server: listening as Server, port: info.port }),
    );
  });
  return {
    url: `http://127.0.0.1:${port}`,
    tools: () => most,
    sent: () => requests.join('\n'),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
