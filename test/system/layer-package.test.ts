import { statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import layerJson from '../../packages/serverless-mcp/package.json' with { type: 'json' };
import { startDynamoDB } from '../../rigs/dynamodb.ts';
import { startFunction } from '../../rigs/lambda/function.ts';
import { startGateway } from '../../rigs/lambda/gateway.ts';
import { install, pack, sizeOf } from '../../scripts/installed.ts';
import { connect, textFromResult } from '../../src/client/index.ts';
import { strictErrors } from '../helpers/strict-types.ts';

const LAYER = resolve('packages/serverless-mcp');

/** A project of somebody else, with what the README has them install and the server that it begins with. */
let project: string;
let tarball: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'greeter-'));
  const peers = Object.entries(layerJson.peerDependencies).map(([peer, range]) => `${peer}@${range}`);
  tarball = pack(LAYER, project, { types: false });
  install(project, [tarball, ...peers]);
  const [, server] = /```ts\n(.*?)```/s.exec(await readFile(join(LAYER, 'README.md'), 'utf8')) ?? [];
  await writeFile(join(project, 'server.ts'), server ?? '');
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
    expect(statSync(tarball).size).toBeLessThanOrEqual(60e3);
    // Nearly all of it is the peers: the MCP SDK has 17 MB, the DynamoDB client 7 more.
    expect(sizeOf(project).bytes).toBeLessThanOrEqual(27e6);
    expect(Object.keys(layerJson.dependencies)).toEqual(['@types/node']);
  });

  it('has types that hold in a strict project, nothing skipped', { timeout: 60_000 }, async () => {
    expect(await strictErrors(project, 'server.ts')).toBe('');
  });

  it('keeps a session of its README’s server when every instance is killed', { timeout: 300_000 }, async () => {
    await build({
      absWorkingDir: project,
      entryPoints: ['server.ts'],
      outfile: join(project, 'out/index.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
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
