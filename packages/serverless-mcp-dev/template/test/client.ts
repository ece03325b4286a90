import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

interface Options {
  headers?: Record<string, string>;
  fetch?: (url: string | URL, init?: RequestInit) => Promise<Response>;
}

/** A client as people have them: it shows progress, and answers when it is asked. */
export async function connect(url: string, { headers = {}, fetch }: Options = {}) {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { color: 'green' } }));
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    ...(fetch && { fetch }),
  });
  await client.connect(transport);
  return {
    client,
    transport,
    async call(name: string, args: Record<string, unknown>, onprogress: (progress: number) => void = () => {}) {
      const options = { onprogress: ({ progress }: { progress: number }) => onprogress(progress) };
      const { content } = await client.callTool({ name, arguments: args }, options);
      const [first] = content as { type: string; text?: string }[];
      return first?.text;
    },
  };
}
