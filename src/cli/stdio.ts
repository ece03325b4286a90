import type { Transport } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { withoutNullArguments } from 'serverless-mcp';
import { createServerFactory } from '../mcp/server.ts';
import { EXIT } from './exit.ts';
import { composeFromOptions, type SourceOptions } from './session.ts';
import { logStrayErrors } from './stray-errors.ts';
import { untilTerminated } from './terminated.ts';

/** The MCP server for the host that started this process. */
export async function runStdio(options: SourceOptions): Promise<number> {
  const dependencies = await composeFromOptions(options);
  logStrayErrors(dependencies.log);
  const server = serveStdio(createServerFactory(dependencies), {
    transport: lenient(new StdioServerTransport()),
    onerror: (error) => dependencies.log(error.message),
  });
  await Promise.race([
    untilTerminated(),
    new Promise((resolve) => process.stdin.once('end', resolve).once('close', resolve)),
  ]);
  await server.close();
  await dependencies.close();
  return EXIT.ok;
}

/** A transport that takes messages as clients send them. */
function lenient<Own extends Transport>(transport: Own): Own {
  let take: Transport['onmessage'];
  return Object.defineProperty(transport, 'onmessage', {
    get: () =>
      take && (((message, extra) => take?.(withoutNullArguments(message), extra)) satisfies Transport['onmessage']),
    set: (given: Transport['onmessage']) => {
      take = given;
    },
  });
}
