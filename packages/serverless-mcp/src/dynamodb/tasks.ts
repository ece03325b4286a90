import { gunzipSync, gzipSync } from 'node:zlib';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TaskRow, TaskStore } from '../tasks/task-store.ts';
import { clientFrom } from './client.ts';
import { type Item, seconds } from './items.ts';

export interface DynamoTaskStoreOptions {
  /** Its name: the sessions' own, or one like it. */
  table: string;
  /** A ready client, or how to make one. Default: region and credentials of the environment. */
  client?: DynamoDBClient | DynamoDBClientConfig;
  /** Epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

/**
 * Tasks in the table that sessions are in. A task is one item, which DynamoDB limits to 400 KB: its JSON is packed, and what is
 * larger all the same is refused.
 */
export function createDynamoTaskStore({
  table,
  client: given = {},
  now = Date.now,
}: DynamoTaskStoreOptions): TaskStore {
  const client = clientFrom(given);
  const TableName = table;

  return {
    async create(row) {
      const Item = itemFromTask(row);
      await client.send(new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
    },
    async get(id) {
      // Consistent: another instance may have made it a moment ago.
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: taskKey(id), ConsistentRead: true }));
      const row = Item && taskFromItem(Item);
      return row && row.expiresAt > now() ? row : undefined;
    },
    async replace(row) {
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: itemFromTask(row),
            ConditionExpression: '#version = :before AND liveUntil > :now',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':before': { N: String(row.version - 1) }, ':now': { N: String(now()) } },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}

const taskKey = (id: string): Item => ({ pk: { S: `task#${id}` }, sk: { S: 'row' } });

function itemFromTask(row: TaskRow): Item {
  return {
    ...taskKey(row.id),
    version: { N: String(row.version) },
    bytes: { B: gzipSync(JSON.stringify(row), { level: 1 }) },
    liveUntil: { N: String(row.expiresAt) },
    expiresAt: seconds(row.expiresAt),
  };
}

function taskFromItem(item: Item): TaskRow {
  return JSON.parse(gunzipSync(item['bytes']?.B as Uint8Array).toString());
}
