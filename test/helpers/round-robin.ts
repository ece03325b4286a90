import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** Passes requests to the servers in turn, streams as they come. */
export async function startRoundRobin(targets: readonly string[]): Promise<{ url: string; close(): Promise<void> }> {
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const target = new URL(targets[turn++ % targets.length] as string);
    const { method = 'GET', headers } = incoming;
    const upstream = request(
      { host: target.hostname, port: target.port, path: incoming.url, method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode as number, answer.rawHeaders);
        outgoing.flushHeaders();
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
