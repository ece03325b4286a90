import { createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createLambdaHandler } from 'serverless-mcp/lambda';
import { createNotes } from './notes.ts';
import { createFactory } from './server.ts';

const onError = (error: Error) => console.error(error.message);

const mcp = createServerlessMcp({
  factory: createFactory(createNotes(process.env['NOTES_TABLE'] ?? 'notes')),
  store: createDynamoSessionStore({ table: process.env['SESSION_TABLE'] ?? 'sessions' }),
  getStream: { mode: 'off' },
  onError,
});

/** Who asks, as the gateway has found, is handed on to the tools. */
export const handler = createLambdaHandler(
  (request, context) =>
    mcp.fetch(request, { ...context, authInfo: { token: '', scopes: [], clientId: context.principal ?? '' } }),
  { transfer: process.env['TRANSFER'] === 'buffered' ? 'buffered' : 'stream', onError },
);
