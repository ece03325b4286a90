import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What API Gateway shows of instances: one address, 502 when one dies before it answers, a cut stream when it dies later. */
export interface Front {
  url: string;
  close(): Promise<void>;
}

export interface FrontOptions {
  /** Which instance serves a request; undefined when there is none. */
  route(incoming: IncomingMessage): number | undefined;
  /** Passes a response on. Default: as it comes, to its end. */
  relay?(passage: Passage): void;
  /** Whether the instance learns that the client has left; Lambda never does. Default: it does. */
  tellsInstance?(): boolean;
}

export interface Passage {
  incoming: IncomingMessage;
  /** Of the instance. */
  response: IncomingMessage;
  /** To the client. */
  outgoing: ServerResponse;
  port: number;
}

export async function startFront(options: FrontOptions): Promise<Front> {
  const { route, relay = relayAll, tellsInstance = () => true } = options;
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const port = route(incoming);
    if (port === undefined) return badGateway(outgoing);
    const { method, url, headers } = incoming;
    const upstream = request({ host: '127.0.0.1', port, method, path: url, headers, agent });
    upstream.on('error', () => (outgoing.headersSent ? outgoing.destroy() : badGateway(outgoing)));
    upstream.on('response', (response) => {
      const { connection, 'keep-alive': _, ...passed } = response.headers;
      outgoing.writeHead(response.statusCode ?? 502, passed);
      outgoing.flushHeaders();
      response.on('error', () => outgoing.destroy());
      relay({ incoming, response, outgoing, port });
    });
    outgoing.on('close', () => {
      if (!outgoing.writableFinished && tellsInstance()) upstream.destroy();
    });
    incoming.pipe(upstream);
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

function relayAll({ response, outgoing }: Passage): void {
  response.pipe(outgoing);
}

function badGateway(outgoing: ServerResponse): void {
  outgoing.writeHead(502, { 'content-type': 'application/json' }).end('{"message":"Internal server error"}');
}

/** One after the other. */
export function roundRobin(ports: () => readonly number[]): () => number | undefined {
  let turn = 0;
  return () => {
    const up = ports();
    return up[turn++ % up.length];
  };
}
