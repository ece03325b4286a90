import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFunction, startGateway } from 'serverless-mcp-dev';
import { it } from 'vitest';
import { startDynamoDB } from '../../rigs/dynamodb.ts';
import { bundleFunction } from '../../scripts/bundle-lambda.ts';
import { type ServerUnderTest, testConformance } from '../contracts/conformance.ts';

async function lambda(): Promise<ServerUnderTest> {
  const dynamodb = await startDynamoDB();
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const { handler } = await bundleFunction('test/fixtures/conformance/lambda.ts', folder);
  const deployed = await startFunction({
    handler,
    env: dynamodb.environment,
    instances: 8,
    timeoutMs: 60_000,
    log: () => {},
    onLog: () => {},
  });
  const gateway = await startGateway({ function: deployed, transfer: 'STREAM', integrationTimeoutMs: 60_000, port: 0 });
  return {
    url: `${gateway.url}/mcp`,
    async close() {
      await gateway.close();
      await deployed.close();
      await dynamodb.close();
      await rm(folder, { recursive: true });
    },
  };
}

testConformance('Lambda behind API Gateway', lambda, it);
