import { buffer } from 'node:stream/consumers';
import { startDynamoDB, startServer } from 'serverless-mcp-dev';
import { startAthena } from '../../rigs/athena/index.ts';
import { startCloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { forward } from './deployed-code.ts';

export interface TrialDoubles {
  /** Where boto3 finds each of them: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
  env: Record<string, string>;
  close(): Promise<void>;
}

/** The doubles that our own code is tested with, for a program that reaches everything else at `endpoint`. */
export async function startTrialDoubles(endpoint: string): Promise<TrialDoubles> {
  const logs = await startCloudWatchLogs({ queries: { scheduledPolls: 0, runningPolls: 0 } });
  const athena = await startAthena({ workGroups: {}, queries: { queuedPolls: 0, runningPolls: 0 } });
  const dynamodb = await startDynamoDB();
  /** What goes into buckets Athena's double reads, too. */
  const s3 = await startServer(async (request, response) => {
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(request.url ?? '', endpoint);
    const [, bucket = '', ...key] = decodeURIComponent(pathname).split('/');
    if (request.method === 'PUT' && searchParams.has('policy')) athena.faults.denyObjects(bucket);
    else if (request.method === 'PUT' && key.length > 0) athena.putObject(bucket, key.join('/'), body);
    await forward(request, response, endpoint, {}, body);
  });
  return {
    env: {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
      AWS_ENDPOINT_URL_ATHENA: athena.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
    },
    async close() {
      for (const one of [s3, dynamodb, logs, athena]) await one.close();
    },
  };
}
