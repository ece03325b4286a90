import { randomBytes, randomUUID } from 'node:crypto';
import {
  type BatchWriteItemCommandInput,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
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

  it('is not asked again for a reader that has stopped waiting', async () => {
    const client = new DynamoDBClient(local.config);
    let queries = 0;
    const stop = new AbortController();
    client.middlewareStack.add(
      (next) => async (parameters) => {
        queries++;
        return next(parameters).finally(() => setTimeout(() => stop.abort(), 5));
      },
      { step: 'initialize' },
    );
    const store = createDynamoSessionStore({ table: local.table, client });
    expect(await store.read(randomUUID(), 0, { waitMs: 60_000, signal: stop.signal })).toEqual([]);
    expect(queries).toBe(1);
  });

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

  /** What a writer leaves that dies before it has written the first part of a large event. */
  async function leaveParts(client: DynamoDBClient, channel: string, sequence: number): Promise<void> {
    for (const part of ['0001', '0002'])
      await client.send(
        new PutItemCommand({
          TableName: local.table,
          Item: {
            pk: { S: `channel#${channel}` },
            sk: { S: `${String(sequence).padStart(16, '0')}.${part}` },
            bytes: { B: Buffer.from('stray') },
          },
        }),
      );
  }

  it.each(['at once', 'waiting'])(
    'goes on after the parts of a large event whose writer died, read %s',
    async (how) => {
      const client = new DynamoDBClient(local.config);
      let now = Date.now();
      const channel = `parts ${how}`;
      const store = createDynamoSessionStore({ table: local.table, client, now: () => now });
      await store.append(channel, [{ data: '1' }]);
      const first = await store.last(channel);
      await takeNumber(client, channel);
      await leaveParts(client, channel, first + 1);
      await store.append(channel, [{ data: '3' }, { data: '4' }]);
      expect(await store.read(channel, first)).toEqual([]);
      now += 2_001;
      const read = await store.read(channel, first, { waitMs: how === 'waiting' ? 6_000 : 0 });
      expect(read.map(({ data }) => data)).toEqual(['3', '4']);
      expect((await store.read(channel, 0)).map(({ data }) => data)).toEqual(['1', '3', '4']);
    },
  );

  it('keeps what a call’s only writer is late with, and ends the call over what it left', async () => {
    const client = new DynamoDBClient(local.config);
    let now = Date.now();
    const store = createDynamoSessionStore({ table: local.table, client, now: () => now });
    await store.append('call', [{ data: '2' }], 2);
    await leaveParts(client, 'call', 1);
    now += 60_000;
    expect(await store.read('call', 0)).toEqual([]);
    await store.finishCall('s', 'c', 'call', [{ data: 'gone' }, { data: 'gone, too', last: true }], 1);
    expect((await store.read('call', 0)).map(({ data }) => data)).toEqual(['gone', 'gone, too']);
  });

  it('goes on after a shared event of which a part has expired', async () => {
    const client = new DynamoDBClient(local.config);
    const store = createDynamoSessionStore({ table: local.table, client });
    await store.append('expiring', [{ data: randomBytes(600_000).toString('latin1') }, { data: '2' }]);
    const second = await store.last('expiring');
    await client.send(
      new DeleteItemCommand({
        TableName: local.table,
        Key: { pk: { S: 'channel#expiring' }, sk: { S: `${String(second - 1).padStart(16, '0')}.0001` } },
      }),
    );
    expect((await store.read('expiring', 0)).map(({ data }) => data)).toEqual(['2']);
  });

  /** A table that takes none of what comes in a batch, the first `times` times. */
  function throttled(times: number) {
    const client = new DynamoDBClient(local.config);
    const counted = { batches: 0 };
    client.middlewareStack.add((next, { commandName }) => async (given) => {
      if (commandName !== 'BatchWriteItemCommand' || counted.batches++ >= times) return next(given);
      const { RequestItems: UnprocessedItems } = given.input as BatchWriteItemCommandInput;
      return { response: {}, output: { $metadata: {}, UnprocessedItems } };
    });
    return { store: createDynamoSessionStore({ table: local.table, client }), counted };
  }

  it('writes again what a table left unprocessed', async () => {
    const { store, counted } = throttled(2);
    await store.append('slow', [{ data: '1' }, { data: '2' }], 1);
    expect((await store.read('slow', 0)).map(({ data }) => data)).toEqual(['1', '2']);
    expect(counted.batches).toBe(3);
  });

  it('fails, and says so, when a table leaves everything unprocessed', async () => {
    const { store, counted } = throttled(Number.POSITIVE_INFINITY);
    await expect(store.append('stopped', [{ data: '1' }], 1)).rejects.toThrow('takes no writes');
    expect(counted.batches).toBe(7);
  });

  it('finds all calls of a session that holds more of them than a page', async () => {
    const store = createDynamoSessionStore({ table: local.table, client: local.config });
    const requestIds = Array.from({ length: 100 }, (_, index) => `${index}${'x'.repeat(1_000)}`);
    for (let call = 0; call < 12; call++) await store.putCall('many', { id: `${call}`, requestIds, leaseUntil: 1 });
    expect(await store.listCalls('many')).toHaveLength(12);
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
