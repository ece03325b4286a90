import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/authentication/authenticator.ts';
import { createLedger, createTemporaryLedger } from '../../src/engines/files/ledger.ts';
import { askAs } from '../helpers/ask-as.ts';
import { runHere } from '../helpers/command.ts';
import { composeSample } from '../helpers/sample.ts';

let folder: string;
let refusing: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  await writeFile(join(folder, 'none'), '');
  // A port that was just free: nobody listens there.
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  refusing = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
const settings = () => ({
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: join(folder, 'none'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  XDG_CACHE_HOME: folder,
});

const SOURCES = ['s3://bucket/x', 'cloudwatch:/aws/bedrock', 'metrics:', 'athena:s3://bucket/x', 'auto'];
const ask = (source: string, env: Record<string, string>) =>
  runHere(['breakdown', '--source', source, '--no-ledger', '--by', 'model', '--from', '2026-11-01'], {
    ...settings(),
    ...env,
  });

/** One line, with the system's code, and nothing of the inside. */
const line = (words: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(words) });

describe.each(SOURCES)('without a way to AWS, %s', (source) => {
  it('says in one line that nothing answers', async () => {
    const ran = await ask(source, { ...credentials, AWS_ENDPOINT_URL: refusing });
    expect(ran).toEqual(
      line(
        /^bedrock-spend: .* cannot be reached for .* at 127\.0\.0\.1: there is no way there \(ECONNREFUSED\)\. .*\n$/,
      ),
    );
  });

  it('says in one line that a name is not known', async () => {
    const ran = await ask(source, { ...credentials, AWS_ENDPOINT_URL: 'http://nothing.invalid' });
    expect(ran).toEqual(
      line(/^bedrock-spend: .*nothing\.invalid: the name is not known \((ENOTFOUND|EAI_AGAIN)\)\. .*\n$/),
    );
  });

  it('says in one line that there are no credentials', async () => {
    const ran = await ask(source, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_ENDPOINT_URL: refusing });
    expect(ran).toEqual(
      line(/^bedrock-spend: The AWS credentials .*\(CredentialsProviderError\)\. Sign in again.*\n$/),
    );
  });
});

describe('a disk that is full', () => {
  const full = (file: string) => new Error(`IO Error: Could not write file "${file}": No space left on device`);

  it('is told of a ledger with what to do, and the ledger is opened anew when there is room', async () => {
    const path = join(folder, 'l.duckdb');
    const ledger = createLedger(path);
    await expect(ledger.use(() => Promise.reject(full(`${path}.wal`)))).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      message: `The ledger ${path} cannot be used: no space is left (ENOSPC). Make room there, or name a place on another disk. --ledger FILE names another file, --no-ledger does without.`,
    });
    const connections = [await ledger.use(async (one) => one)];
    await expect(ledger.use(() => Promise.reject(full(`${path}.wal`)))).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
    });
    connections.push(await ledger.use(async (one) => one));
    expect(connections[0]).not.toBe(connections[1]);
    await ledger.close();
  });

  it('is told of the folder for temporary files, where there is no ledger', async () => {
    const ledger = await createTemporaryLedger();
    await expect(ledger.use(() => Promise.reject(full(ledger.path)))).rejects.toMatchObject({
      code: 'LEDGER_UNUSABLE',
      message: expect.stringContaining('Set TMPDIR to another folder'),
    });
    await ledger.close();
  });

  it('of another file is not blamed on the ledger', async () => {
    const ledger = createLedger(join(folder, 'other.duckdb'));
    const error = full('/elsewhere');
    await expect(ledger.use(() => Promise.reject(error))).rejects.toBe(error);
    await ledger.close();
  });

  it.runIf(process.platform === 'linux')('under the output is told in one line, without a stack', () => {
    const stdout = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['bin/bedrock-spend.js', 'prices', 'anthropic.claude-opus-4-8'],
      {
        stdio: ['ignore', stdout, 'pipe'],
        encoding: 'utf8',
      },
    );
    closeSync(stdout);
    expect([status, stderr]).toEqual([
      1,
      'bedrock-spend: the output cannot be written (ENOSPC). Nothing of it counts.\n',
    ]);
  });
});

describe('a tool', () => {
  it.each([
    [
      'a full disk',
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
      /no space is left \(ENOSPC\).*\[SYSTEM_REFUSED\]$/,
    ],
    [
      'no DNS',
      Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN', hostname: 'h' }),
      /^h: the name is not known \(EAI_AGAIN\).*\[UPSTREAM_UNREACHABLE\]$/,
    ],
    ['something else', new Error('secret inside'), /^Something went wrong inside the server/],
  ])('tells its client of the server’s bad day: %s', async (_, error, words) => {
    const sample = await composeSample();
    const engine = { ...sample.engine, usage: () => Promise.reject(error) };
    const { isError, text } = await askAs(undefined, { ...sample, engine, log: () => {} }, 'breakdown_spend', {
      by: ['model'],
    });
    expect([isError, text]).toEqual([true, expect.stringMatching(words)]);
  });
});

describe('an issuer that cannot be reached', () => {
  it('is named in the log with the reason, and the client is asked to come back', async () => {
    const logged: string[] = [];
    const cause = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', hostname: 'login.example.com' });
    const { authenticate } = createAuthenticator({
      oauth: { issuer: 'https://login.example.com', resource: 'https://spend.example.com/mcp' },
      verifyToken: async () => ({ unavailable: new TypeError('fetch failed', { cause }) }),
      log: (line) => logged.push(line),
    });
    const request = new Request('https://spend.example.com/mcp', { headers: { authorization: 'Bearer a.b.c' } });
    expect(await authenticate(request)).toMatchObject({ status: 503 });
    expect(logged).toEqual([expect.stringMatching(/login\.example\.com: the name is not known \(ENOTFOUND\)/)]);
  });
});
