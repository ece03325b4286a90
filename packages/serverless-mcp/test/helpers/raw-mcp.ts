import type { RequestContext, ServerlessMcp } from 'serverless-mcp';

/** What an attacker's own program sends: any header and body, as anybody. */

export const MCP_URL = 'http://localhost/mcp';

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'raw', version: '1' },
  },
};

export function post(body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(MCP_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export const as = (principal: string): Partial<RequestContext> => ({ principal });

export interface RawSession {
  id: string;
  send(body: unknown): Promise<Response>;
  get(lastEventId?: string): Promise<Response>;
}

export async function beginSession(
  mcp: ServerlessMcp,
  principal: string,
  protocolVersion = INITIALIZE.params.protocolVersion,
): Promise<RawSession> {
  const begun = await mcp.fetch(
    post({ ...INITIALIZE, params: { ...INITIALIZE.params, protocolVersion } }),
    as(principal),
  );
  const id = begun.headers.get('mcp-session-id') as string;
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': protocolVersion };
  return {
    id,
    send: (body) => mcp.fetch(post(body, headers), as(principal)),
    get: (lastEventId) =>
      mcp.fetch(
        new Request(MCP_URL, {
          headers: {
            accept: 'text/event-stream',
            ...headers,
            ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
          },
        }),
        as(principal),
      ),
  };
}

export const toolCall = (name: string, input: object = {}, id: number | string = 7) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: input },
});

/** The events of a stream as they come. */
export async function* eventsOf({ body }: Response): AsyncGenerator<{ id: string | undefined; data: string }> {
  let text = '';
  for await (const chunk of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() as string;
    for (const block of blocks) {
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (data) yield { id: /^id: (.*)$/m.exec(block)?.[1], data };
    }
  }
}

/** The data of all events that are left. */
export async function allData(events: AsyncIterable<{ data: string }>): Promise<string[]> {
  const all: string[] = [];
  for await (const { data } of events) all.push(data);
  return all;
}
