import { createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createLambdaHandler } from 'serverless-mcp/lambda';
import { createWrapped } from './wrapped.ts';

const onError = (error: Error) => console.error(error.message);

const mcp = createServerlessMcp({
  factory: createWrapped(process.env['STDIO_COMMAND'] ?? ''),
  store: createDynamoSessionStore({ table: process.env['SESSION_TABLE'] ?? 'sessions' }),
  getStream: { mode: 'off' },
  onError,
});

export const handler = createLambdaHandler(mcp.fetch, {
  transfer: process.env['TRANSFER'] === 'buffered' ? 'buffered' : 'stream',
  onError,
});
