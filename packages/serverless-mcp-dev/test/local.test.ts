import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type LocalLambda, type LocalLambdaOptions, startLocalLambda } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { main } from '../src/cli.ts';
import { helpText } from '../src/local/keys.ts';

const PROGRAM = resolve('packages/serverless-mcp-dev/bin/serverless-mcp-dev.js');

/** Answers with what it was told of its world. */
const ECHO = (version: string) => `
  import { said } from './said.ts';
  export const handler = async (event: { body: string }) => {
    if (event.body === 'never') await new Promise((resolve) => setTimeout(resolve, 60_000));
    const { SESSION_TABLE, TRANSFER, OWN, AWS_LAMBDA_FUNCTION_NAME: name, LAMBDA_TASK_ROOT: root } = process.env;
    return { statusCode: 200, body: JSON.stringify({ version: '${version}', said, SESSION_TABLE, TRANSFER, OWN, name, root, pid: process.pid, event }) };
  };`;
const KEY = 'a-key-of-twenty-characters';

let folder: string;
const write = (name: string, text: string) => writeFile(join(folder, name), text);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-lambda-'));
  await mkdir(join(folder, 'node_modules'));
  await write('said.ts', `export const said: string = 'hello';`);
  await write('handler.ts', ECHO('1'));
});
afterAll(() => rm(folder, { recursive: true }));

async function start(options: Partial<LocalLambdaOptions> = {}) {
  const lines: string[] = [];
  const entry = join(folder, 'handler.ts');
  const log = (line: string) => void lines.push(line);
  const lambda = await startLocalLambda({ entry, transfer: 'buffered', standIn: true, apiKey: KEY, log, ...options });
  onTestFinished(lambda.close);
  return { lambda, lines, ask: (init: RequestInit = {}) => ask(lambda, init) };
}

async function ask({ url, apiKey = '' }: LocalLambda, init: RequestInit) {
  const response = await fetch(url, { method: 'POST', body: '{}', headers: { 'x-api-key': apiKey }, ...init });
  // biome-ignore lint/suspicious/noExplicitAny: whatever the handler answers
  return { status: response.status, body: (await response.json()) as any };
}

describe('a local Lambda', () => {
  it('runs a handler in TypeScript, as it would be deployed', async () => {
    const { ask, lines } = await start({ name: 'mine', env: { OWN: '1' } });
    expect(await ask()).toMatchObject({
      status: 200,
      body: {
        said: 'hello',
        SESSION_TABLE: 'sessions',
        TRANSFER: 'buffered',
        OWN: '1',
        name: 'mine',
        event: { path: '/mcp', requestContext: { stage: 'prod', identity: { apiKeyId: 'local-key' } } },
      },
    });
    expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d POST \(no message\) .* #1 {2}200 /)]);
  });

  it('lets nobody in without the key', async () => {
    const { ask, lines } = await start();
    expect(await ask({ headers: {} })).toMatchObject({ status: 403 });
    expect(lines.join()).toContain('INVALID_API_KEY');
  });

  it('keeps a key of its own with node_modules, for its owner alone', async () => {
    const { lambda } = await start({ apiKey: undefined as unknown as string });
    const file = join(folder, 'node_modules/.cache/serverless-mcp-dev/api-key');
    expect(readFileSync(file, 'utf8').trim()).toBe(lambda.apiKey);
    const again = await start({ apiKey: undefined as unknown as string });
    expect(again.lambda.apiKey).toBe(lambda.apiKey);
  });

  it('has no table and one instance when sessions are in memory', async () => {
    const { ask } = await start({ sessions: 'memory' });
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(answers.map(({ body }) => body.pid)).size).toBe(1);
    expect(answers[0]?.body.SESSION_TABLE).toBeUndefined();
  });

  it('has instances that can be killed: the busiest first, or all', async () => {
    const { lambda, lines, ask } = await start();
    expect(lambda.kill()).toBeUndefined();
    const dying = ask({ body: 'never' });
    await vi.waitFor(() => expect(lambda.instances().some(({ state }) => state === 'busy')).toBe(true));
    expect((await ask()).status).toBe(200);
    expect(lambda.kill()).toBe(0);
    expect((await dying).status).toBe(502);
    expect(lambda.killAll()).toEqual([1]);
    expect((await ask()).status).toBe(200);
    expect(lines.join()).not.toContain('died');
  });

  it.each([
    ['process.exit(3)', 'Runtime exited with error: exit status 3'],
    ['process.exit()', 'Runtime exited without providing a reason'],
    [`process.kill(process.pid, 'SIGKILL')`, 'Runtime exited with error: signal: killed'],
    [`process.kill(process.pid, 'SIGTERM')`, 'Runtime exited with error: signal: SIGTERM'],
    [`Promise.reject(new Error('nobody catches it'))`, 'Runtime exited with error: exit status 1'],
    // As a loop does it, in a moment: an array of the largest length there is.
    ['Array.from({ length: 2 ** 32 - 1 }, () => [])', 'Runtime exited with error: signal: SIGABRT'],
  ])('tells of an instance that dies by itself why it did: %s', async (act, why) => {
    await write(
      'dying.ts',
      `export const handler = async () => { ${act}; await new Promise(() => setTimeout(() => {}, 60_000)); };`,
    );
    const env = { NODE_OPTIONS: '--max-old-space-size=32' };
    const { lines, ask } = await start({ entry: join(folder, 'dying.ts'), env });
    expect((await ask()).status).toBe(502);
    expect(lines).toContain(`         #1 died: Runtime.ExitError: ${why}`);
    expect(lines.at(-1)).toMatch(/ #1 {2}502 .*\n +API Gateway's own answer, INTEGRATION_FAILURE/);
  });

  it('tells where in the file an error was that nobody caught', async () => {
    await write(
      'dying.ts',
      `export const handler = async () => {\n  setTimeout((): void => { throw new Error('late'); });\n  await new Promise(() => {});\n};`,
    );
    const { lines, ask } = await start({ entry: join(folder, 'dying.ts'), env: { NODE_OPTIONS: '--no-warnings' } });
    expect((await ask()).status).toBe(502);
    expect(lines.join('\n')).toMatch(/#1 \| Error: late\n +#1 \| +at .*dying\.ts:2:/);
    expect(lines.join('\n')).not.toContain('node:internal');
  });

  it('takes new code when it is reloaded, or a file changes; faulty code leaves the old', async () => {
    const { lambda, lines, ask } = await start({ watch: true });
    expect((await ask()).body).toMatchObject({ version: '1' });
    await write('handler.ts', ECHO('2'));
    await vi.waitFor(async () => expect((await ask()).body).toMatchObject({ version: '2' }), 20_000);
    await write('said.ts', 'export const said = (');
    await vi.waitFor(() => expect(lines.join('\n')).toMatch(/said\.ts:1:\d+: .*\n.*\n? +the old code goes on/), 20_000);
    await expect(lambda.reload()).rejects.toThrow(/said\.ts:1/);
    expect((await ask()).body).toMatchObject({ version: '2', said: 'hello' });
    await write('said.ts', `export const said: string = 'hello';`);
    await lambda.reload();
    expect((await ask()).body).toMatchObject({ version: '2' });
  });

  it('asks a Lambda authorizer in the place of the key, whose files may change as well', async () => {
    const AUTHORIZER = (token: string) => `export const handler = async ({ headers, methodArn }) => {
      if (headers.authorization !== 'Bearer ${token}') throw new Error('Unauthorized');
      const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }];
      return { principalId: 'ada', policyDocument: { Version: '2012-10-17', Statement }, context: { team: 'x' } };
    };`;
    await write('authorizer.ts', AUTHORIZER('let-me'));
    const authorizer = join(folder, 'authorizer.ts');
    const { lambda, lines, ask } = await start({ apiKey: undefined as unknown as string, authorizer, watch: true });
    expect(lambda.apiKey).toBeUndefined();
    expect((await ask()).status).toBe(401);
    expect(lines).toEqual([expect.stringMatching(/ 401 .*\n +API Gateway's own answer, UNAUTHORIZED/)]);
    expect(await ask({ headers: { authorization: 'Bearer let-me' } })).toMatchObject({
      status: 200,
      body: { event: { requestContext: { authorizer: { principalId: 'ada', team: 'x' } } } },
    });
    await write('authorizer.ts', AUTHORIZER('other'));
    const other = { headers: { authorization: 'Bearer other' } };
    await vi.waitFor(async () => expect((await ask(other)).status).toBe(200), 20_000);
  });

  it('leaves nothing behind', async () => {
    const { lambda, ask } = await start();
    const { root } = (await ask()).body;
    expect(existsSync(root)).toBe(true);
    await lambda.close();
    expect(existsSync(root)).toBe(false);
    await expect(ask()).rejects.toThrow();
  });
});

it.each([
  ['--help', () => said(() => main(['--help']))],
  ['?', async () => helpText()],
])('what %s tells has lines that a terminal of 80 columns does not break', async (_, text) => {
  const lines = (await text()).split('\n');
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

async function said(act: () => Promise<unknown>): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  await act();
  return log.mock.calls.join('\n');
}

it('the program tells an older Node which one it needs, as its package does', () => {
  const manifest = JSON.parse(readFileSync('packages/serverless-mcp-dev/package.json', 'utf8'));
  const older = `data:text/javascript,${encodeURIComponent(
    `const node = process.env.NODE_IS; Object.defineProperty(process, 'versions', { value: { ...process.versions, node } })`,
  )}`;
  const started = (version: string) =>
    spawnSync(process.execPath, ['--import', older, PROGRAM, '--version'], {
      encoding: 'utf8',
      env: { ...process.env, NODE_IS: version },
    });
  for (const version of ['20.20.2', '22.17.1']) {
    const { status, stdout, stderr } = started(version);
    const needed = manifest.engines.node.replace('>=', '');
    const line = `serverless-mcp-dev needs Node ${needed} or newer; this is ${version}.\n`;
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: line });
  }
  expect(started('22.18.0')).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
});

describe('the command says in a line', () => {
  const refused = async (...args: string[]) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => error.mockRestore());
    const code = await main(args);
    return { code, said: error.mock.calls.map(([line]) => String(line)) };
  };

  it.each<[string, string[], RegExp]>([
    ['which handler', [], /^Which handler\? There is no app\.toml here/],
    [
      'that a word is no command',
      ['deply'],
      /^There is no command deply: there are init, bundle, deploy, .*its file\.$/,
    ],
    ['that a word is no command, with --help too', ['rollback', '--help'], /^There is no command rollback/],
    ['that it is not there', ['nowhere.ts'], /^There is no file nowhere\.ts\.$/],
    ['one is enough', ['a.ts', 'b.ts'], /^One handler at a time/],
    ['which option it does not know', ['--bogus'], /^Unknown option '--bogus'/],
    ['what a port is', ['--port', 'x'], /^--port: a whole number from 0 to 65535, not x$/],
    ['how a number is not written', ['--port', '-1'], /^Option '--port' argument is ambiguous\. See .*--help\.$/],
    ['how long a timeout is', ['--timeout', '0'], /^--timeout: a whole number from 1 to 900, not 0$/],
    ['how many instances there are', ['--instances', '0'], /^--instances: a whole number from 1 to 1000, not 0$/],
    ['that a folder is no file', [tmpdir()], /^There is no file /],
    ['that init takes one folder', ['init', 'a', 'b'], /^One folder at a time: init a b$/],
    ['what only bundle knows', ['a.ts', '--out=x'], /^--out is an option of bundle\.$/],
    ['what only init knows', ['a.ts', '--no-install'], /^--no-install is an option of init\.$/],
    ['what the system says', ['init', '/dev/null/x', '--no-install'], /^E\w+: [^\n]*$/],
    ['where sessions are', ['--sessions', 'x'], /^--sessions: dynamodb or memory, not x$/],
    ['what an environment is', ['--env', 'A B=1'], /^--env: NAME=VALUE, not A B=1$/],
    ['what is not set', ['--env', 'NOT_SET_ANYWHERE'], /^--env: NAME=VALUE; NOT_SET_ANYWHERE has no value here\.$/],
    ['what a key is', ['a.ts', '--api-key', 'short'], /20 to 128 characters; this one has 5/],
    ['how long a gateway waits', ['a.ts', '--buffered', '--timeout', '30'], /29 s at most when it is buffered/],
  ])('%s', async (_, args, words) => {
    expect(await refused(...args)).toEqual({ code: 1, said: [expect.stringMatching(words)] });
  });

  it.each([
    ['no export', 'export const other = 1;', /no export named handler; it exports other\. Lambda calls it/],
    ['a fault in its syntax', 'export const handler = (', /^\S*faulty\.ts:1:\d+: Unexpected end of file\n/],
    ['a package that is not there', `import 'nothing-here';`, /faulty\.ts:1:\d+: Could not resolve "nothing-here"/],
  ])('that a handler has %s', async (_, text, words) => {
    await write('faulty.ts', text);
    expect(await refused(join(folder, 'faulty.ts'), '--stand-in')).toEqual({
      code: 1,
      said: [expect.stringMatching(words)],
    });
  });

  it('that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await refused(join(folder, 'handler.ts'), '--stand-in', '--port', String(port))).toEqual({
      code: 1,
      said: [`Port ${port} is taken by another program. Take another one with --port.`],
    });
  });
});
