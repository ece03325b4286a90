import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { createServer } from './server.ts';

const table = process.env['SESSION_TABLE'];

/** The server with its sessions: rows of a table on Lambda, in this process without one. */
export const mcp = createServerlessMcp({
  factory: createServer,
  store: table === undefined ? createMemorySessionStore() : createDynamoSessionStore({ table }),
  // Nothing is said outside of calls, for which a stream would hold an instance. Unstreamed, what calls say comes that way.
  getStream: process.env['TRANSFER'] === 'buffered' ? { mode: 'poll', pollMs: 2_000 } : { mode: 'off' },
  onError: (error) => console.error(error.message),
});
