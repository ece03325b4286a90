/** What every function of serverless-mcp loads: a server without tools. */
import { McpServer } from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { createLambdaHandler } from 'serverless-mcp/lambda';

const mcp = createServerlessMcp({
  store: createMemorySessionStore(),
  factory: () => new McpServer({ name: 'bare', version: '1' }, { capabilities: { tools: {} } }),
});

export const handler = createLambdaHandler(mcp.fetch, { transfer: 'stream' });
