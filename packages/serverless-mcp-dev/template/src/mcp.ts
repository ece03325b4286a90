import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createServer } from './server.ts';

const table = process.env['SESSION_TABLE'];

/** The server with its sessions: rows of a table on Lambda, in this process without one. */
export const mcp = createServerlessMcp({
  factory: createServer,
  store: table === undefined ? createMemorySessionStore() : createDynamoSessionStore({ table }),
  getStream: { mode: 'hold', holdMs: 50_000 },
  onError: (error) => console.error(error.message),
});
