import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SESSION_STORE_CASES } from 'serverless-mcp/testing';
import { startFunction, startGateway } from 'serverless-mcp-dev';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import layerJson from '../../packages/serverless-mcp/package.json' with { type: 'json' };
import { startDynamoDB } from '../../rigs/dynamodb.ts';
import { install, pack, sizeOf } from '../../scripts/installed.ts';
import { connect, textFromResult } from '../../src/client/index.ts';
import { strictErrors } from '../helpers/strict-types.ts';

const run = promisify(execFile);
const LAYER = resolve('packages/serverless-mcp');

const README = readFileSync(join(LAYER, 'README.md'), 'utf8');

/** What its examples are called here, in their order. */
const PROGRAMS = ['server.ts', 'converter.ts', 'my-store.test.ts', 'request-state.ts'];

/** A project of somebody else, with what the README has them install and its examples. */
let project: string;
let tarball: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'greeter-'));
  const peers = Object.entries(layerJson.peerDependencies).map(([peer, range]) => `${peer}@${range}`);
  tarball = pack(LAYER, project, { types: false });
  install(project, [tarball, ...peers]);
  const examples = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => example as string);
  expect(examples).toHaveLength(PROGRAMS.length);
  for (const [index, program] of PROGRAMS.entries()) await writeFile(join(project, program), examples[index] as string);
  // What the second example goes by.
  const jobs = ['startJob(token?: string)', 'stopJob(job: string)', 'waitFor(job: string)'];
  const myJobs = [
    ...jobs.map((job) => `export function ${job}: Promise<string>;`),
    'export function lookAt(job: string): Promise<{ percent: number; result?: string }>;',
  ].join('\n');
  await writeFile(join(project, 'my-jobs.d.ts'), myJobs);
  // What the third tests.
  const myStore = `export { createMemorySessionStore as createMyStore } from 'serverless-mcp';`;
  await writeFile(join(project, 'my-store.ts'), myStore);
}, 300_000);
afterAll(() => rm(project, { recursive: true }));

describe('the package serverless-mcp', () => {
  it('holds what its users need, and weighs little', () => {
    const installed = join(project, 'node_modules/serverless-mcp');
    const files = globSync('**', { cwd: installed, onlyFiles: true });
    expect(files.filter((file) => !/^dist\/.*\.(js|d\.ts)$/.test(file)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    expect(statSync(tarball).size).toBeLessThanOrEqual(75e3);
    // Nearly all of it is the peers: the MCP SDK has 17 MB, the DynamoDB client 7 more.
    expect(sizeOf(project).bytes).toBeLessThanOrEqual(27e6);
    expect(Object.keys(layerJson.dependencies)).toEqual(['@types/node']);
  });

  it('has types that hold in a strict project, nothing skipped', { timeout: 60_000 }, async () => {
    expect(await strictErrors(project, ...PROGRAMS)).toBe('');
  });

  it('has a contract for stores that any test runner runs', async () => {
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'my-store.test.ts'], {
      cwd: project,
    });
    expect(stdout).toContain(`# pass ${SESSION_STORE_CASES.length}\n`);
  });

  it('keeps a session of its README’s server when every instance is killed', { timeout: 300_000 }, async () => {
    const [, bundle] = /^npx (esbuild .*)$/m.exec(README) ?? [];
    await run(resolve('node_modules/.bin/esbuild'), (bundle as string).split(' ').slice(1), { cwd: project });
    await using dynamodb = disposable(await startDynamoDB());
    const handler = join(project, 'out/index.handler');
    await using lambda = disposable(await startFunction({ handler, env: dynamodb.environment, instances: 2 }));
    const apiKeys = [{ id: 'stranger', value: 'a-key-of-the-gateway-000' }];
    await using gateway = disposable(await startGateway({ function: lambda, apiKeys, transfer: 'STREAM', port: 0 }));
    const connection = await connect(`${gateway.url}/mcp`, { headers: { 'x-api-key': 'a-key-of-the-gateway-000' } });
    const { sessionId } = connection;
    expect(textFromResult(await connection.callTool('greet'))).toBe('Hello!');
    for (const { index, state } of lambda.instances()) if (state !== 'dead') lambda.kill(index);
    expect(textFromResult(await connection.callTool('greet'))).toBe('Hello!');
    expect(connection.sessionId).toBe(sessionId);
    expect(sessionId).toMatch(/^[\w-]{36}$/);
    await connection.close();
  });
});

function disposable<T extends { close(): Promise<unknown> }>(opened: T): T & AsyncDisposable {
  return Object.assign(opened, { [Symbol.asyncDispose]: async () => void (await opened.close()) });
}
