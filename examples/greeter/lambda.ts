import { createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createLambdaHandler } from 'serverless-mcp/lambda';
import { createGreeter } from './server.ts';

const mcp = createServerlessMcp({
  factory: createGreeter,
  store: createDynamoSessionStore({ table: process.env['SESSION_TABLE'] ?? 'sessions' }),
  getStream: { mode: 'hold', holdMs: 50_000 },
  onError: (error) => console.error(error.message),
});

export const handler = createLambdaHandler(mcp.fetch, {
  transfer: process.env['TRANSFER'] === 'buffered' ? 'buffered' : 'stream',
});
