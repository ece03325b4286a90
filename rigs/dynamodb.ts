import { once } from 'node:events';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createSessionTable } from '../src/serverless/dynamodb/index.ts';

export interface LocalDynamoDB {
  config: DynamoDBClientConfig;
  table: string;
  /** The same for other processes, in the words of AWS's own settings. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** DynamoDB's protocol in this process, with an empty session table. */
export async function startDynamoDB(): Promise<LocalDynamoDB> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  await createSessionTable(config, 'sessions');
  return {
    config,
    table: 'sessions',
    environment: {
      BEDROCK_SPEND_SESSION_TABLE: 'sessions',
      AWS_ENDPOINT_URL_DYNAMODB: config.endpoint,
      AWS_REGION: config.region,
      AWS_ACCESS_KEY_ID: config.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: config.credentials.secretAccessKey,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
      }),
  };
}
