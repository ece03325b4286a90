import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './items.ts';

/** A store that is slow must not hold a request until the gateway gives up: after these, clients get 503 and try again. */
const CONNECT_MS = 1_000;
const REQUEST_MS = 3_000;

/** @param client a ready one, or how to make one */
export function clientFrom(client: DynamoDBClient | DynamoDBClientConfig): DynamoDBClient {
  return 'send' in client ? client : createClient(client);
}

function createClient(config: DynamoDBClientConfig): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
    ...config,
  });
}

/** All that a query finds, page by page of at most 1 MB (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html). */
export async function queryAll(client: DynamoDBClient, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({ ...input, ConsistentRead: true, ...(from ? { ExclusiveStartKey: from } : {}) }),
    );
    for (const item of page.Items ?? []) items.push(item);
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}
