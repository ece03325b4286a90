import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoSessionStore } from 'serverless-mcp/dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalDynamoDB, startDynamoDB } from '../../../rigs/dynamodb.ts';
import { makeMcp } from './helpers/make-mcp.ts';
import { allData, beginSession, eventsOf } from './helpers/raw-mcp.ts';

let local: LocalDynamoDB;
beforeAll(async () => {
  local = await startDynamoDB();
});
afterAll(() => local.close());

/** A call whose instance died between the writes of one batch: parts of a large event, or an event without the one before it. */
async function deadCall(left: 'parts' | 'event') {
  const client = new DynamoDBClient(local.config);
  const store = createDynamoSessionStore({ table: local.table, client });
  const { mcp } = makeMcp({ store });
  const session = await beginSession(mcp, 'key:a');
  const callId = crypto.randomUUID();
  const channel = `call/${session.id}/${callId}`;
  await store.putCall(session.id, { id: callId, requestIds: [7], leaseUntil: Date.now() - 1 });
  if (left === 'event') await store.append(channel, [{ data: '{"method":"late"}' }], 2);
  else
    await client.send(
      new PutItemCommand({
        TableName: local.table,
        Item: { pk: { S: `channel#${channel}` }, sk: { S: '0000000000000001.0001' }, bytes: { B: Buffer.from('x') } },
      }),
    );
  return { mcp, resume: () => session.get(`c~${callId}~0`) };
}

it.each(['parts', 'event'] as const)(
  'a call that left %s behind ends for who comes back, and for who comes back again',
  async (left) => {
    const { mcp, resume } = await deadCall(left);
    for (const time of ['first', 'second']) {
      const response = await resume();
      expect(response.status, time).toBe(200);
      const said = await allData(eventsOf(response));
      expect(
        said.map((text) => JSON.parse(text)),
        time,
      ).toMatchObject([{ id: 7, error: { code: -32603 } }]);
    }
    await mcp.close();
  },
);
