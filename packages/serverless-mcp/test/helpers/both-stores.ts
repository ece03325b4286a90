import { createMemorySessionStore, type SessionStore } from 'serverless-mcp';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type LocalDynamoDB, startDynamoDB } from '../../../../rigs/dynamodb.ts';

/** Both kinds of stores, for the tests of a file; `cleanups` are done after each of them. */
export function bothStores() {
  let dynamodb: LocalDynamoDB;
  beforeAll(async () => {
    dynamodb = await startDynamoDB();
  });
  afterAll(() => dynamodb.close());

  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  const STORES: [string, () => SessionStore][] = [
    ['memory', () => createMemorySessionStore()],
    ['DynamoDB', () => createDynamoSessionStore({ table: dynamodb.table, client: dynamodb.config })],
  ];
  return { STORES, cleanups };
}
