import { createMemorySessionStore, createMemoryTaskStore } from 'serverless-mcp';
import { beginSession } from '../../packages/serverless-mcp/test/helpers/raw-mcp.ts';
import { createSpendMcp } from '../../src/http/spend-mcp.ts';
import { composeSample } from './sample.ts';

/** The product's server over the sample month, a session of it, and what it has logged. */
export async function startSampleServer() {
  const logged: string[] = [];
  const { close, ...dependencies } = await composeSample();
  const mcp = createSpendMcp(
    { ...dependencies, log: (line) => logged.push(line) },
    { store: createMemorySessionStore(), tasks: createMemoryTaskStore(), getStream: undefined },
  );
  return {
    mcp,
    session: await beginSession(mcp, 'key:a'),
    logged,
    async close() {
      await mcp.close();
      await close();
    },
  };
}
