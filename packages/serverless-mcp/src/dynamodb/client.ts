import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** A store that is slow must not hold a request until the gateway gives up: after these, clients get 503 and try again. */
const CONNECT_MS = 1_000;
const REQUEST_MS = 3_000;

export function createClient(config: DynamoDBClientConfig): DynamoDBClient {
  return new DynamoDBClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
    ...config,
  });
}
