import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

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
