import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LocalDynamoDB {
  endpoint: string;
  /** For other processes, in the words of AWS's own settings. */
  environment: Record<string, string>;
  server: Server;
  close(): Promise<void>;
}

const REGION = 'us-east-1';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** DynamoDB's protocol in this process (https://github.com/architect/dynalite), in memory, without a table. */
export async function startDynamoDB(): Promise<LocalDynamoDB> {
  const { default: dynalite } = await import('dynalite');
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    environment: { AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_REGION: REGION, ...CREDENTIALS },
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
      }),
  };
}

/** Such a table as sessions need: `createSessionTable` of serverless-mcp, without the AWS SDK. */
export async function createSessionTable(endpoint: string, table: string): Promise<void> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': 'DynamoDB_20120810.CreateTable',
      // dynalite looks whether there is a signature, and not at it.
      'X-Amz-Date': '20260101T000000Z',
      Authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  });
  if (!response.ok) throw new Error(`The table ${table} could not be made: ${await response.text()}`);
}
