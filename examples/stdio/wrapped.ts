import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type McpServerFactory, Server, type ServerContext } from '@modelcontextprotocol/server';

/** Requests that are handed on, each where the wrapped server has what it is about. */
const METHODS = {
  tools: ['tools/list', 'tools/call'],
  resources: ['resources/list', 'resources/templates/list', 'resources/read'],
  prompts: ['prompts/list', 'prompts/get'],
  completions: ['completion/complete'],
} as const;

type Feature = keyof typeof METHODS;

/**
 * A server that speaks stdio, as one that speaks in requests: an instance starts it once, and hands each request on. It is asked in
 * the name of a client that can do nothing, so it will not ask back.
 */
export function createWrapped(command: string): McpServerFactory {
  let opened: Promise<Client> | undefined;

  function wrapped(): Promise<Client> {
    opened ??= open(command, () => {
      opened = undefined; // It ended: the next request starts it again.
    });
    return opened;
  }

  return async () => {
    const client = await wrapped();
    const has = client.getServerCapabilities() ?? {};
    const features = (Object.keys(METHODS) as Feature[]).filter((feature) => has[feature] !== undefined);
    const instructions = client.getInstructions();
    const server = new Server(client.getServerVersion() ?? { name: 'wrapped', version: '0' }, {
      capabilities: Object.fromEntries(features.map((feature) => [feature, {}])),
      ...(instructions === undefined ? {} : { instructions }),
    });
    for (const method of features.flatMap((feature) => [...METHODS[feature]]))
      server.setRequestHandler(method, async ({ params }, context) => handOn(await wrapped(), method, params, context));
    return server;
  };
}

async function open(command: string, onEnd: () => void): Promise<Client> {
  const [program = '', ...args] = command.split(' ');
  const client = new Client({ name: 'lambda', version: '1' });
  client.onclose = onEnd;
  // What it prints goes to the function's log. It gets the function's environment, but for the credentials.
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...env } = process.env;
  await client.connect(new StdioClientTransport({ command: program, args, env: env as Record<string, string> }));
  return client;
}

async function handOn(client: Client, method: string, params: object | undefined, { mcpReq }: ServerContext) {
  const { progressToken } = mcpReq._meta ?? {};
  const told: Promise<void>[] = [];
  const onprogress = (progress: object) => {
    told.push(mcpReq.notify({ method: 'notifications/progress', params: { ...progress, progressToken } as never }));
  };
  const result = await client.request(
    { method: method as 'tools/call', params: { ...params } },
    {
      signal: mcpReq.signal,
      ...(progressToken === undefined ? {} : { onprogress }),
      // The function's own time is the limit.
      timeout: 900_000,
    },
  );
  // The answer is the last that is said.
  await Promise.allSettled(told);
  return result;
}
