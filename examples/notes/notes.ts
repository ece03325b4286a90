import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

export interface Note {
  id: string;
  text: string;
}

/** Rows of a table with the keys `owner` and `id`. */
export function createNotes(TableName: string) {
  const client = new DynamoDBClient();
  let ready: Promise<void> | undefined;

  /** A double on this machine begins without tables; on AWS, the function may not make any. */
  async function open(): Promise<DynamoDBClient> {
    if (process.env['AWS_ENDPOINT_URL_DYNAMODB'] !== undefined) {
      ready ??= createTable(client, TableName);
      await ready;
    }
    return client;
  }

  return {
    async add(owner: string, text: string): Promise<string> {
      const id = crypto.randomUUID().slice(0, 8);
      const Item = { owner: { S: owner }, id: { S: id }, text: { S: text } };
      await (await open()).send(new PutItemCommand({ TableName, Item }));
      return id;
    },
    /** The first megabyte of them. */
    async list(owner: string): Promise<Note[]> {
      const query = new QueryCommand({
        TableName,
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': { S: owner } },
      });
      const { Items = [] } = await (await open()).send(query);
      return Items.map(({ id, text }) => ({ id: id?.S ?? '', text: text?.S ?? '' }));
    },
    async remove(owner: string, id: string): Promise<void> {
      const Key = { owner: { S: owner }, id: { S: id } };
      await (await open()).send(new DeleteItemCommand({ TableName, Key }));
    },
  };
}

export type Notes = ReturnType<typeof createNotes>;

async function createTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const keys = ['owner', 'id'];
  const command = new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  });
  await client.send(command).catch((error) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
}
