import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type Gateway, type LambdaFunction, startFunction, startGateway } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type LocalDynamoDB, startDynamoDB } from '../../rigs/dynamodb.ts';
import { ROOT } from '../../scripts/bundle.ts';
import { bundleSpend, temporaryOutdir } from '../../scripts/bundle-lambda.ts';
import { connect, textFromResult } from '../../src/client/index.ts';
import { callOf, writeFiles } from '../helpers/log-files.ts';

const API_KEY = 'a-key-of-the-rig';
const HEADERS = { 'x-api-key': API_KEY };
const DIMENSIONS = ['model', 'principal', 'day', 'region'];

let source: string;
let handler: string;
let dynamodb: LocalDynamoDB;
let lambda: LambdaFunction;
let gateway: Gateway;

beforeAll(async () => {
  source = await mkdtemp(join(tmpdir(), 'lambda-clients-'));
  await writeFiles(source, { 'a.json': [callOf(), callOf()] });
  ({ handler } = await bundleSpend(temporaryOutdir()));
  dynamodb = await startDynamoDB();
  lambda = await startFunction({
    handler,
    env: { ...dynamodb.environment, BEDROCK_SPEND_SOURCE: source, BEDROCK_SPEND_GET_STREAM: 'off' },
    instances: DIMENSIONS.length * 2,
    waitMs: 20_000,
    timeoutMs: 60_000,
  });
  gateway = await startGateway({
    function: lambda,
    apiKeys: [{ id: 'rig', value: API_KEY }],
    transfer: 'STREAM',
    integrationTimeoutMs: 60_000,
  });
});
afterAll(async () => {
  await gateway.close();
  await lambda.close();
  await dynamodb.close();
  for (const folder of [source, dirname(handler)]) await rm(folder, { recursive: true });
});

async function ours() {
  const connection = await connect(`${gateway.url}/mcp`, { headers: HEADERS });
  return {
    ask: async (by: string) => textFromResult(await connection.callTool('breakdown_spend', { by: [by] })),
    close: () => connection.terminate(),
  };
}

async function theSdks() {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  const url = new URL(`${gateway.url}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: HEADERS } }));
  return {
    ask: async (by: string) =>
      textFromResult(await client.callTool({ name: 'breakdown_spend', arguments: { by: [by] } })),
    close: () => client.close(),
  };
}

describe('clients that make several calls at once from the start', { timeout: 120_000 }, () => {
  it('are all answered, each call by an instance that reads for itself', async () => {
    const clients = await Promise.all([ours(), theSdks()]);
    const answers = await Promise.all(clients.flatMap(({ ask }) => DIMENSIONS.map(ask)));
    expect(answers).toEqual(answers.map(() => expect.stringMatching(/for 2 invocations/)));
    expect(lambda.instances().length).toBeGreaterThan(2);
    await Promise.all(clients.map(({ close }) => close()));
  });

  it('are answered after another build, by instances that start then, too', async () => {
    const client = await ours();
    const again = dirname((await bundleSpend(temporaryOutdir())).handler);
    onTestFinished(() => rm(again, { recursive: true }));
    for (const { index } of lambda.instances()) lambda.kill(index);
    expect(await client.ask('model')).toMatch(/for 2 invocations/);
    // Where `npm run build` and `npm run bundle` begin with nothing.
    expect(handler.startsWith(`${ROOT}/dist/`)).toBe(false);
    await client.close();
  });
});
