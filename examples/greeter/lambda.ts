import { createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createLambdaHandler } from 'serverless-mcp/lambda';
import { createGreeter } from './server.ts';

const buffered = process.env['TRANSFER'] === 'buffered';

const mcp = createServerlessMcp({
  factory: createGreeter,
  store: createDynamoSessionStore({ table: process.env['SESSION_TABLE'] ?? 'sessions' }),
  // Nothing is said outside of calls, for which a stream would hold an instance. Unstreamed, what calls say comes that way.
  getStream: buffered ? { mode: 'poll', pollMs: 2_000 } : { mode: 'off' },
  onError: (error) => console.error(error.message),
});

export const handler = createLambdaHandler(mcp.fetch, { transfer: buffered ? 'buffered' : 'stream' });
