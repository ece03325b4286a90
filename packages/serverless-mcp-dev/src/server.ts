import { createServer, type IncomingMessage, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Server {
  endpoint: string;
  close(): Promise<void>;
}

/**
 * A server for this machine alone. Where `handle` fails, the connection ends without an answer.
 * @param port 0: any free one @param options Node's, such as its timeouts
 */
export async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port = 0,
  options: ServerOptions = {},
): Promise<Server> {
  const server = createServer(options, (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
