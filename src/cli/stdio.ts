import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServerFactory } from '../mcp/server.ts';
import { EXIT } from './exit.ts';
import { composeFromOptions, type SourceOptions } from './session.ts';
import { untilTerminated } from './terminated.ts';

/** The MCP server for the host that started this process. */
export async function runStdio(options: SourceOptions): Promise<number> {
  const dependencies = await composeFromOptions(options);
  const server = serveStdio(createServerFactory(dependencies), { onerror: (error) => dependencies.log(error.message) });
  await Promise.race([
    untilTerminated(),
    new Promise((resolve) => process.stdin.once('end', resolve).once('close', resolve)),
  ]);
  await server.close();
  await dependencies.close();
  return EXIT.ok;
}
