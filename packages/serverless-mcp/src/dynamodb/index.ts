/// <reference types="node" preserve="true" />
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { SessionChange, SessionStore } from '../session-store.ts';
import { createChannels } from './channels.ts';
import { clientFrom, queryAll } from './client.ts';
import {
  callFromItem,
  callKey,
  type Item,
  itemFromCall,
  itemFromSession,
  seconds,
  sessionFromItem,
  sessionKey,
} from './items.ts';

export { createDynamoTaskStore, type DynamoTaskStoreOptions } from './tasks.ts';

export interface DynamoSessionStoreOptions {
  /** Its name. `createSessionTable` makes one. */
  table: string;
  /** How long events, and calls whose instance died, are kept. Default: one day. */
  retainMs?: number;
  /** A ready client, or how to make one. Default: region and credentials of the environment. */
  client?: DynamoDBClient | DynamoDBClientConfig;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

const DAY_MS = 86_400_000;

/** Sessions in one DynamoDB table (string keys `pk` and `sk`, TTL attribute `expiresAt`), shared by any number of instances. */
export function createDynamoSessionStore(options: DynamoSessionStoreOptions): SessionStore {
  const { table, retainMs = DAY_MS, now = Date.now } = options;
  const client = clientFrom(options.client ?? {});
  const channels = createChannels({ client, table, retainMs, now });
  const TableName = table;

  async function get(Key: Item): Promise<Item | undefined> {
    // Consistent: the row may have been written by another instance a moment ago, and a 404 would end the session.
    return (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
  }

  /** Changes a live session; the condition keeps a late change from bringing back an ended one. */
  async function change(id: string, UpdateExpression: string, values: Item, names: Record<string, string> = {}) {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: sessionKey(id),
          UpdateExpression,
          ConditionExpression: 'liveUntil > :now',
          ExpressionAttributeValues: { ...values, ':now': { N: String(now()) } },
          ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  return {
    async create(row) {
      const Item = itemFromSession(row);
      await client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
    },
    async get(id) {
      const item = await get(sessionKey(id));
      const row = item && sessionFromItem(item);
      return row && row.expiresAt > now() ? row : undefined;
    },
    async update(id, changes) {
      const attributes = attributesFrom(changes);
      const names = Object.keys(attributes);
      await change(
        id,
        `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        Object.fromEntries(names.map((name) => [`:${name}`, attributes[name]])) as Item,
        Object.fromEntries(names.map((name) => [`#${name}`, name])),
      );
    },
    subscribe: (id, uri) => change(id, 'ADD subscriptions :uri', { ':uri': { SS: [uri] } }),
    unsubscribe: (id, uri) => change(id, 'DELETE subscriptions :uri', { ':uri': { SS: [uri] } }),
    async end(id) {
      const { Attributes } = await client.send(
        new DeleteItemCommand({ TableName, Key: sessionKey(id), ReturnValues: 'ALL_OLD' }),
      );
      return Attributes !== undefined && Number(Attributes['liveUntil']?.N) > now();
    },
    async putCall(sessionId, call) {
      const Item = itemFromCall(sessionId, call, now() + retainMs);
      await client.send(new PutItemCommand({ TableName, Item }));
    },
    async getCall(sessionId, callId) {
      const item = await get(callKey(sessionId, callId));
      return item && callFromItem(item);
    },
    async listCalls(sessionId) {
      const items = await queryAll(client, {
        TableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :call)',
        ExpressionAttributeValues: { ':pk': sessionKey(sessionId)['pk'], ':call': { S: 'call#' } } as Item,
      });
      return items.map(callFromItem);
    },
    async finishCall(sessionId, callId, channel, events, at) {
      // One after the other: a call that is gone before its last event is there could not be resumed.
      await channels.append(channel, events, at);
      await client.send(new DeleteItemCommand({ TableName, Key: callKey(sessionId, callId) }));
    },
    append: channels.append,
    read: channels.read,
    last: channels.last,
  };
}

/**
 * Makes such a table, but for its TTL. For places without CloudFormation: tests, a laptop.
 * @throws what DynamoDB throws, `ResourceInUseException` when it is there already
 */
export async function createSessionTable(client: DynamoDBClient | DynamoDBClientConfig, table: string): Promise<void> {
  await clientFrom(client).send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
}

function attributesFrom({ logLevel, stream, cursor, expiresAt }: SessionChange): Item {
  return {
    ...(logLevel === undefined ? {} : { logLevel: { S: logLevel } }),
    ...(stream === undefined ? {} : { stream: { S: stream } }),
    ...(cursor === undefined ? {} : { cursor: { S: cursor } }),
    ...(expiresAt === undefined ? {} : { liveUntil: { N: String(expiresAt) }, expiresAt: seconds(expiresAt) }),
  };
}
