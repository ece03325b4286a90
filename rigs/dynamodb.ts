import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createSessionTable } from 'serverless-mcp/dynamodb';
import { startDynamoDB as startLocalDynamoDB } from 'serverless-mcp-dev';
import { modelOf } from './aws/model.ts';
import { NotInModel } from './aws/service-error.ts';

export interface LocalDynamoDB {
  config: DynamoDBClientConfig;
  table: string;
  /** The same for other processes, in the words of AWS's own settings. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** DynamoDB's protocol in this process, with an empty session table. Closing fails where something was not as AWS's model has it. */
export async function startDynamoDB(): Promise<LocalDynamoDB> {
  const { endpoint, environment, server, close } = await startLocalDynamoDB();
  const mistakes = watch(server);
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  await createSessionTable(config, 'sessions');
  return {
    config,
    table: 'sessions',
    environment: { ...environment, BEDROCK_SPEND_SESSION_TABLE: 'sessions' },
    async close() {
      await close();
      if (mistakes.size > 0) throw new NotInModel([...mistakes].join('\n'));
    },
  };
}

/** Holds what dynalite takes, and what it answers, to AWS's model. @returns what was not as the model has it */
function watch(server: Server): ReadonlySet<string> {
  const mistakes = new Set<string>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const asked: Buffer[] = [];
    request.on('data', (chunk) => asked.push(chunk));
    const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
    response.end = (...given: unknown[]) => {
      const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
      const [input, answer] = [Buffer.concat(asked), given[0]].map((text) => JSON.parse(String(text)));
      const mistake = mistakeIn(operation, input, answer, response.statusCode);
      if (mistake) mistakes.add(mistake);
      return end(...given);
    };
  });
  return mistakes;
}

function mistakeIn(operation: string, input: unknown, answer: Record<string, unknown>, status: number) {
  const model = modelOf('dynamodb');
  // What dynalite alone tells of a table, and SDKs step over.
  delete (answer['TableDescription'] as Record<string, unknown> | undefined)?.['TableThroughputModeSummary'];
  if (status === 200) return model.inRequest(operation, input) ?? model.inAnswer(operation, answer);
  const { __type, ...details } = answer;
  return model.inError(operation, { type: String(__type).replace(/^.*#/, ''), status, details });
}
