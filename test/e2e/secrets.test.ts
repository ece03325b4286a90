import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Gateway, type LambdaFunction, startFunction, startGateway } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDynamoDB, startDynamoDB } from '../../rigs/dynamodb.ts';
import { bundleSpend, temporaryOutdir } from '../../scripts/bundle-lambda.ts';

/** Each where it can be: the key in its header, the token in another, the rest in bodies and logs. */
const SECRETS = {
  key: 'planted-key-5f1c',
  token: 'planted-token-77ab',
  argument: 'planted-argument-e901',
  prompt: 'planted-prompt-03dd',
  credential: 'planted-credential-41cc',
  pseudonymKey: 'planted-pseudonym-key-of-32-characters',
};

const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'x-api-key': SECRETS.key,
  authorization: `Bearer ${SECRETS.token}`,
};

const initialize = {
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: SECRETS.argument, version: '1' },
  },
};

let folder: string;
let handler: string;
let dynamodb: LocalDynamoDB;
let lambda: LambdaFunction;
let gateway: Gateway;
const lines: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  await writeFile(
    join(folder, 'logs.jsonl'),
    `{"schemaType":"ModelInvocationLog","prompt":"${SECRETS.prompt}"\n{${SECRETS.prompt}}\n`,
  );
  ({ handler } = await bundleSpend(temporaryOutdir()));
  dynamodb = await startDynamoDB();
  lambda = await startFunction({
    handler,
    env: {
      ...dynamodb.environment,
      AWS_SECRET_ACCESS_KEY: SECRETS.credential,
      BEDROCK_SPEND_SOURCE: folder,
      BEDROCK_SPEND_PSEUDONYMS: 'on',
      BEDROCK_SPEND_PSEUDONYM_KEY: SECRETS.pseudonymKey,
    },
    instances: 2,
    timeoutMs: 20_000,
    onLog: (line) => lines.push(line),
  });
  gateway = await startGateway({
    function: lambda,
    apiKeys: [{ id: 'key-1', value: SECRETS.key }],
    transfer: 'STREAM',
    integrationTimeoutMs: 20_000,
  });
}, 300_000);
afterAll(async () => {
  await gateway.close();
  await lambda.close();
  for (const each of [folder, dirname(handler)]) await rm(each, { recursive: true, force: true });
});

async function post(body: object | string, more: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: typeof body === 'string' ? body : JSON.stringify({ jsonrpc: '2.0', ...body }),
  });
  return { status: response.status, session: response.headers.get('mcp-session-id'), text: await response.text() };
}

describe('planted secrets', () => {
  it('are in no log line, whatever goes wrong', async () => {
    const begun = await post(initialize);
    const session = { 'mcp-session-id': begun.session as string, 'mcp-protocol-version': '2025-11-25' };
    const call = (name: string, input: object) =>
      post({ id: 1, method: 'tools/call', params: { name, arguments: input } }, session);
    const answers = [
      await call('breakdown_spend', { by: ['model'] }),
      await call('breakdown_spend', { by: [SECRETS.argument] }),
      await call('get_price', { model: SECRETS.argument }),
      await call(SECRETS.argument, {}),
      await post({ id: 2, method: SECRETS.argument }, session),
      await post(`{"${SECRETS.argument}`, session),
      await post(initialize, { 'x-api-key': `${SECRETS.key}-wrong` }),
      await post({ id: 3, method: 'ping' }, { 'mcp-session-id': SECRETS.argument }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 400, 403, 404]);
    await dynamodb.close();
    expect((await post({ id: 4, method: 'ping' }, session)).status).toBe(503);

    expect(lines.join('\n')).toContain('the session store failed');
    expect(lines.filter((line) => Object.values(SECRETS).some((secret) => line.includes(secret)))).toEqual([]);
    const { argument: _, ...never } = SECRETS;
    expect(answers.filter(({ text }) => Object.values(never).some((secret) => text.includes(secret)))).toEqual([]);
  }, 60_000);
});
