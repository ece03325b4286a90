import { randomUUID } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDynamoDB, startDynamoDB } from '../../../../rigs/dynamodb.ts';
import { SESSION_STORE_CASES, STORE_CLOCK_BEGINS, TASK_STORE_CASES } from '../testing/index.ts';
import { createDynamoSessionStore, createDynamoTaskStore, createSessionTable } from './index.ts';

describe('a DynamoDB store, as every session store,', () => {
  it.each(SESSION_STORE_CASES)('$name', async ({ check }) => {
    const local = await startDynamoDB();
    let now = STORE_CLOCK_BEGINS;
    const store = createDynamoSessionStore({ table: local.table, client: local.config, now: () => now });
    const advance = (ms: number) => {
      now += ms;
    };
    await check({ store, advance });
    await local.close();
  });
});

describe('a DynamoDB store of tasks, as every task store,', () => {
  let local: LocalDynamoDB;
  beforeAll(async () => {
    local = await startDynamoDB();
  });
  afterAll(() => local.close());

  it.each(TASK_STORE_CASES)('$name', async ({ check }) => {
    const table = `tasks-${randomUUID()}`;
    await createSessionTable(local.config, table);
    let now = STORE_CLOCK_BEGINS;
    const store = createDynamoTaskStore({ table, client: local.config, now: () => now });
    const advance = (ms: number) => {
      now += ms;
    };
    await check({ store, advance });
  });
});

describe('a DynamoDB store', () => {
  let local: LocalDynamoDB;
  beforeAll(async () => {
    local = await startDynamoDB();
  });
  afterAll(() => local.close());

  /** As a writer does before it writes, and then dies. */
  async function takeNumber(client: DynamoDBClient, channel: string): Promise<void> {
    await client.send(
      new UpdateItemCommand({
        TableName: local.table,
        Key: { pk: { S: `channel#${channel}` }, sk: { S: 'head' } },
        UpdateExpression: 'ADD #last :one',
        ExpressionAttributeNames: { '#last': 'last' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  }

  it('does not let a writer that died stop the readers, nor loses what it writes after all', async () => {
    const client = new DynamoDBClient(local.config);
    const store = createDynamoSessionStore({ table: local.table, client });
    await store.append('s', [{ data: '1' }]);
    const [first] = await store.read('s', 0);
    await takeNumber(client, 's');
    await store.append('s', [{ data: '3' }]);
    expect(await store.read('s', first?.sequence as number)).toEqual([]);
    const read = await store.read('s', first?.sequence as number, { waitMs: 6_000 });
    expect(read.map(({ data }) => data)).toEqual(['3']);
    // The late writer finds its number given up.
    const late = new PutItemCommand({
      TableName: local.table,
      Item: { pk: { S: 'channel#s' }, sk: { S: `${String((first?.sequence as number) + 1).padStart(16, '0')}.0000` } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    await expect(client.send(late)).rejects.toThrow('conditional');
  });

  it('gives who begins anew what is left of a channel whose beginning has expired, as soon as that is not new', async () => {
    const client = new DynamoDBClient(local.config);
    let now = Date.parse('2026-10-01T00:00:00Z');
    const store = createDynamoSessionStore({ table: local.table, client, now: () => now });
    await store.append('old', [{ data: '1' }, { data: '2' }]);
    const [first] = await store.read('old', 0);
    // As DynamoDB does when the time of an item is up.
    await client.send(
      new DeleteItemCommand({
        TableName: local.table,
        Key: { pk: { S: 'channel#old' }, sk: { S: `${String(first?.sequence).padStart(16, '0')}.0000` } },
      }),
    );
    expect(await store.read('old', 0)).toEqual([]);
    now += 2_001;
    expect((await store.read('old', 0)).map(({ data }) => data)).toEqual(['2']);
  });

  it('fails, and says so, when the table does not answer', async () => {
    const store = createDynamoSessionStore({ table: 'no-such-table', client: local.config });
    await expect(store.get('a')).rejects.toThrow();
    await expect(store.append('s', [{ data: '1' }])).rejects.toThrow();
  });
});
