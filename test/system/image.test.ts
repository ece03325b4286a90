import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { asAuthorizer, ensureRic, type Gateway, type LambdaFunction, startGateway } from 'serverless-mcp-dev';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudWatchLogs } from '../../rigs/cloudwatch-logs/index.ts';
import { type LocalDynamoDB, startDynamoDB } from '../../rigs/dynamodb.ts';
import { startImageFunction } from '../../rigs/image/function.ts';
import { buildImage, type Image, pruneLayers } from '../../rigs/image/image.ts';
import { whatIsMissing } from '../../rigs/image/tools.ts';
import { settingsFromTemplate } from '../../rigs/lambda/template.ts';
import { startMoto } from '../../rigs/moto.ts';
import { ASKS_EXACTLY, EXACT } from '../../src/domain/exact-data.ts';
import { CLIENT, GROUP, startWithLogs } from '../helpers/cloudwatch.ts';
import { EXPECTED, OCTOBER, SAMPLE_LOGS } from '../helpers/sample.ts';

/** From nothing: Debian, npm's packages, AWS's runtime interface client. */
const BUILD_MS = 600_000;

/** A body that is read in many pieces. */
const LARGE_BYTES = 9 * 1024 * 1024;

const ric = await ensureRic((line) => console.log(line));
const missing = await whatIsMissing((line) => console.log(line));
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

afterAll(async () => {
  if (missing === undefined) await pruneLayers();
});

interface Deployed {
  lambda: LambdaFunction;
  gateway: Gateway;
  lines: string[];
  close(): Promise<void>;
}

/** As the template deploys it, with the image's authorizer in front; `env` tells where AWS is on this machine. */
async function deploy(image: Image, env: Record<string, string>, mnt?: string): Promise<Deployed> {
  const lines: string[] = [];
  const parameters = { ApiKeySource: 'AUTHORIZER', TimeoutSeconds: '60', RateLimit: '1000', BurstLimit: '1000' };
  const { environment, timeoutMs, authorizerHandler, ...api } = settingsFromTemplate(
    readFileSync('deploy/template.yaml', 'utf8'),
    parameters,
  );
  const lambda = await startImageFunction(image, {
    env: { ...environment, ...env },
    instances: 2,
    timeoutMs,
    onLog: (line) => lines.push(line),
    ...(mnt === undefined ? {} : { mnt }),
  });
  const authorizer = await startImageFunction(image, { command: [authorizerHandler as string], timeoutMs: 5_000 });
  const gateway = await startGateway({
    ...api,
    function: lambda,
    apiKeys: [{ id: 'key-1', value: 'key' }],
    authorizer: asAuthorizer(authorizer),
  });
  return {
    lambda,
    gateway,
    lines,
    async close() {
      await gateway.close();
      await lambda.close();
      await authorizer.close();
    },
  };
}

async function killAll({ lambda }: Deployed): Promise<void> {
  const living = () => lambda.instances().filter(({ state }) => state !== 'dead');
  for (const { index } of living()) lambda.kill(index);
  while (living().length > 0) await sleep(10);
}

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  authorization: 'Bearer key',
  'mcp-protocol-version': '2025-11-25',
};

function post({ gateway }: Deployed, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...body }),
  });
}

/** @returns the headers of its session */
async function initialize(deployed: Deployed): Promise<Record<string, string>> {
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const response = await post(deployed, { id: 0, method: 'initialize', params });
  expect(await response.json()).toMatchObject({ result: { serverInfo: { name: 'bedrock-spend' } } });
  return { 'mcp-session-id': response.headers.get('mcp-session-id') as string };
}

function breakdownSpend(deployed: Deployed, session: Record<string, string>): Promise<Response> {
  const params = {
    name: 'breakdown_spend',
    arguments: { by: ['model'], ...OCTOBER, chart: true },
    _meta: { progressToken: 'p', ...ASKS_EXACTLY },
  };
  return post(deployed, { id: 1, method: 'tools/call', params }, session);
}

interface Event {
  id: string | undefined;
  message:
    | {
        method?: string;
        result?: { isError?: boolean; content: { type: string }[]; _meta: { [EXACT]: { totals: object } } };
      }
    | undefined;
}

/** The events of a stream, as they come. */
async function* eventsOf(response: Response): AsyncGenerator<Event> {
  let buffer = '';
  for await (const text of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
    const blocks = (buffer + text).split('\n\n');
    buffer = blocks.pop() as string;
    for (const block of blocks) {
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (data !== undefined)
        yield { id: /^id: (.*)$/m.exec(block)?.[1], message: data ? JSON.parse(data) : undefined };
    }
  }
}

async function allEvents(response: Response): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of eventsOf(response)) events.push(event);
  return events;
}

const resultIn = (events: Event[]) => events.find(({ message }) => message?.result)?.message?.result;
const progressIn = (events: Event[]) => events.filter(({ message }) => message?.method === 'notifications/progress');

/** What is of no use to the function: the image must not have it. */
const DEVELOPMENT = /\.(ts|map|test\.\w+)$|(^|\/)(test|rigs|bench|docs|\.git|\.env|\.npmrc)(\/|$)/;

/** Adds a record that is there already, with a long prompt, which changes no sum. */
function repeatRecord(folder: string): void {
  const [path = ''] = globSync(`${SAMPLE_LOGS}/**/*.json.gz`);
  const [line = ''] = gunzipSync(readFileSync(path)).toString().split('\n');
  const record = JSON.parse(line);
  record.input.inputBodyJson = { prompt: randomBytes(LARGE_BYTES).toString('hex') };
  writeFileSync(join(folder, 'large.json.gz'), gzipSync(JSON.stringify(record), { level: 1 }));
}

function filesIn(image: Image, path: string): string[] {
  return readdirSync(join(image.root, path), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
}

describe.skipIf(missing !== undefined)(`the container image${skipped}`, () => {
  let dynamodb: LocalDynamoDB;
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let logs: CloudWatchLogs;
  let image: Image;
  let deployed: Deployed;

  beforeAll(async () => {
    image = await buildImage({
      ric,
      log: console.log,
      args: { VERSION: '1.2.3', REVISION: 'abc', SOURCE: 'https://x' },
    });
    dynamodb = await startDynamoDB();
    moto = await startMoto();
    logs = await startWithLogs(`${SAMPLE_LOGS}/**/*.json.gz`, { queries: { scheduledPolls: 1, runningPolls: 1 } });
    deployed = await deploy(image, {
      ...dynamodb.environment,
      AWS_ACCESS_KEY_ID: CLIENT.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CLIENT.credentials.secretAccessKey,
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
      BEDROCK_SPEND_SOURCE: `cloudwatch:${GROUP}?region=us-east-1,us-west-2,eu-west-1`,
      NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
    });
  }, BUILD_MS);
  afterAll(async () => {
    await deployed?.close();
    await logs?.close();
    moto?.close();
    await dynamodb?.close();
    await image?.close();
  });

  it('streams a call with its progress, and a picture at the end', async () => {
    const session = await initialize(deployed);
    const response = await breakdownSpend(deployed, session);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = await allEvents(response);
    expect(resultIn(events)?._meta[EXACT].totals).toMatchObject(EXPECTED.totals);
    expect(resultIn(events)?.content.map(({ type }) => type)).toEqual(['text', 'image']);
    expect(progressIn(events).length).toBeGreaterThan(0);
  });

  it('has the dashboard for hosts that show it, through the session store like any answer', async () => {
    const params = { uri: 'ui://bedrock-spend/dashboard' };
    const response = await post(deployed, { id: 3, method: 'resources/read', params }, await initialize(deployed));
    const text = await response.text();
    expect(text).toContain('text/html;profile=mcp-app');
    expect(text).toContain('<title>Amazon Bedrock spend</title>');
  });

  it('goes on with a cut stream on another instance, and on a new one after kill -9', async () => {
    // What an instance has found is kept: a new one takes its time again.
    await killAll(deployed);
    const session = await initialize(deployed);
    const cut = eventsOf(await breakdownSpend(deployed, session));
    const { id = '' } = (await cut.next()).value as Event;
    await cut.return(undefined);
    const resume = async () => {
      const headers = { ...HEADERS, ...session, 'last-event-id': id };
      return allEvents(await fetch(`${deployed.gateway.url}/mcp`, { headers }));
    };
    const resumed = await resume();
    expect(resultIn(resumed)?._meta[EXACT].totals).toMatchObject(EXPECTED.totals);
    const alive = deployed.lambda.instances().filter(({ state }) => state !== 'dead');
    expect(alive.map(({ served }) => served > 0)).toEqual([true, true]);

    await killAll(deployed);
    expect(await resume()).toEqual(resumed);
    expect((await post(deployed, { id: 2, method: 'ping' }, session)).status).toBe(200);
  });

  it('runs as a user without rights, on a file system that it can only read, but for /tmp', () => {
    const { pid } = deployed.lambda.instances().find(({ state }) => state !== 'dead') ?? {};
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect([/^Uid:\t(\d+)/m.exec(status)?.[1], /^CapEff:\t(\w+)/m.exec(status)?.[1]]).toEqual([
      '993',
      '0000000000000000',
    ]);
    const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8')
      .split('\n')
      .map((line) => line.split(' '));
    const optionsOf = (place: string) => mounts.findLast(([, at]) => at === place)?.[3]?.split(',')[0];
    expect([optionsOf('/'), optionsOf('/tmp')]).toEqual(['ro', 'rw']);
  });

  it('starts with the code that was compiled when it was built, as another user and with the runtime’s flags', () => {
    const about = deployed.lines.filter((line) => line.includes('V8 code cache for'));
    expect(about.filter((line) => line.includes('/lambda-') && line.includes('was accepted'))).not.toEqual([]);
    expect(about.filter((line) => !line.includes('was accepted'))).toEqual([]);
  });

  it('holds the bundle, its compiled code and the licence, for everybody to read', () => {
    const files = filesIn(image, 'var/task');
    const names = readdirSync(join(image.root, 'var/task'));
    expect(names.filter((name) => !/^[\w-]+\.mjs$/.test(name)).sort()).toEqual([
      'LICENSE',
      'THIRD-PARTY-NOTICES',
      'compile-cache',
      'dashboard.html',
      'resvg.wasm',
    ]);
    const notices = readFileSync(join(image.root, 'var/task/THIRD-PARTY-NOTICES'), 'utf8');
    // Of the function, and of the page.
    expect(notices).toMatch(/^hono \d.* \(MIT\)$/m);
    expect(notices).not.toContain('no licence named');
    expect(names).toEqual(expect.arrayContaining(['index.mjs', 'drawing.mjs']));
    expect(files.filter((file) => DEVELOPMENT.test(file.slice(image.root.length)))).toEqual([]);
    expect(files.filter((file) => (statSync(file).mode & 0o044) !== 0o044)).toEqual([]);
    for (const folder of ['build', 'duckdb', 'root/.npm']) expect(existsSync(join(image.root, folder))).toBe(false);
  });

  it('says what it is', () => {
    const { Labels = {}, Cmd, Entrypoint, User } = image.config;
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': 'bedrock-spend',
      'org.opencontainers.image.description': expect.stringContaining('Bedrock'),
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.source': 'https://x',
    });
    expect([Cmd, Entrypoint, User]).toEqual([['index.handler'], ['/lambda-entrypoint.sh'], undefined]);
  });

  it('says what it lacks for log files', async () => {
    const other = await deploy(image, { ...dynamodb.environment, BEDROCK_SPEND_SOURCE: '/mnt' });
    const answer = await breakdownSpend(other, await initialize(other))
      .then(allEvents)
      .finally(other.close);
    expect(JSON.stringify(resultIn(answer))).toContain('DUCKDB=yes');
  });

  it('lets nobody in without the key, by its authorizer', async () => {
    const url = `${deployed.gateway.url}/mcp`;
    const statuses = [{}, { authorization: 'Bearer wrong' }, { 'x-api-key': 'key' }].map(async (headers) => {
      const init = { method: 'POST', headers: { ...HEADERS, authorization: '', ...headers } };
      return (await fetch(url, { ...init, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })).status;
    });
    expect(await Promise.all(statuses)).toEqual([401, 401, 400]);
  });

  it('is small', () => {
    console.log(`image without DuckDB, above its base: ${JSON.stringify(image.size)}`);
    expect(image.size.compressedBytes).toBeLessThan(4_500_000);
  });
});

describe.skipIf(missing !== undefined)(`the container image with DuckDB${skipped}`, () => {
  let dynamodb: LocalDynamoDB;
  let image: Image;
  let deployed: Deployed;
  let folder: string;

  beforeAll(async () => {
    image = await buildImage({ ric, log: console.log, args: { DUCKDB: 'yes' } });
    dynamodb = await startDynamoDB();
    folder = mkdtempSync(join(tmpdir(), 'image-logs-'));
    chmodSync(folder, 0o755);
    cpSync(SAMPLE_LOGS, folder, { recursive: true });
    repeatRecord(folder);
    deployed = await deploy(image, { ...dynamodb.environment, BEDROCK_SPEND_SOURCE: '/mnt' }, folder);
  }, BUILD_MS);
  afterAll(async () => {
    await deployed?.close();
    await dynamodb?.close();
    await image?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads logs that are files', async () => {
    const session = await initialize(deployed);
    const events = await allEvents(await breakdownSpend(deployed, session));
    expect(resultIn(events)?._meta[EXACT].totals).toMatchObject(EXPECTED.totals);
  });

  it('has nothing more than that', () => {
    expect(readdirSync(join(image.root, 'var/task/node_modules')).sort()).toEqual(['@duckdb', 'detect-libc']);
    console.log(`image with DuckDB, above its base: ${JSON.stringify(image.size)}`);
  });
});
