/** What examples/ has, each as its app.toml says, on the local Lambda. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type LocalLambda, startLocalLambda } from 'serverless-mcp-dev';
import { parse } from 'smol-toml';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { readApp } from '../../packages/serverless-mcp-dev/src/local/app.ts';
import { type ConnectOptions, connect, textFromResult } from '../../src/client/index.ts';

/** In the place of the package that examples/stdio wraps, which is not installed here. */
const STDIO_COMMAND = `${process.execPath} ${resolve('test/fixtures/stdio-server.ts')}`;

interface SmokeTest {
  tool: string;
  arguments: Record<string, unknown>;
}

const ENVIRONMENT: Record<string, Record<string, string>> = { stdio: { STDIO_COMMAND, OWN_SETTING: '1' } };

type Started = Awaited<ReturnType<typeof startExample>>;

const started = new Map<string, Promise<Started>>();
afterAll(async () => {
  for (const example of started.values()) await (await example).lambda.close();
});

/** Each runs once, for all cases. */
function start(example: string): Promise<Started> {
  const running = started.get(example) ?? startExample(example);
  started.set(example, running);
  return running;
}

async function startExample(example: string) {
  const folder = join('examples', example);
  const app = readApp(folder);
  if (app === undefined) throw new Error(`${folder} has no app.toml`);
  const { smoke_test } = parse(readFileSync(join(folder, 'app.toml'), 'utf8')) as unknown as { smoke_test: SmokeTest };
  const lambda = await startLocalLambda({
    entry: app.entry,
    name: app.name,
    memoryMb: app.memoryMb,
    env: { ...app.environment, ...ENVIRONMENT[example] },
    withPackages: app.package === 'image',
    standIn: true,
    apiKey: 'a-key-of-twenty-characters',
    conditions: ['bedrock-spend-sources'],
  });
  return { lambda, smoke: smoke_test };
}

async function open({ url, apiKey = '' }: LocalLambda, options: ConnectOptions = {}) {
  const connection = await connect(url, { apiKey, ...options });
  onTestFinished(() => connection.close());
  const ask = async (tool: string, args = {}) => textFromResult(await connection.callTool(tool, args));
  return { ...connection, ask };
}

describe('each example', () => {
  it.each([
    ['greeter', 'Hello, world!'],
    ['notes', 'There are no notes.'],
    ['stdio', 'Echo: hello'],
  ])('answers its smoke test, also when every instance was killed: %s', async (example, answer) => {
    const { lambda, smoke } = await start(example);
    const { ask, sessionId } = await open(lambda);
    expect(await ask(smoke.tool, smoke.arguments)).toBe(answer);
    lambda.killAll();
    expect(await ask(smoke.tool, smoke.arguments)).toBe(answer);
    expect(sessionId).toMatch(/^[\w-]{36}$/);
  });
});

describe('the README of each example', () => {
  it.each(['greeter', 'notes', 'stdio'])(
    'says how it is run, deployed and read, and leaves out no file: %s',
    (example) => {
      const folder = join('examples', example);
      const readme = readFileSync(join(folder, 'README.md'), 'utf8');
      const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings.slice(0, 3)).toEqual(['On this machine', 'To AWS', 'In it']);
      expect(readme).toContain(`\ncd ${folder} && `);
      expect(readme).toContain(`\npython3 deploy/deploy.py deploy --app ${folder}\n`);
      const told = [...readme.matchAll(/^\| `(.*?)` \|/gm)].map(([, file]) => file);
      const files = readdirSync(folder).filter((file) => file !== 'README.md' && file !== 'node_modules');
      expect(told.sort()).toEqual(files.sort());
    },
  );
});

describe('notes', () => {
  it('are kept in their table, and deleted when the user agrees', async () => {
    const { lambda } = await start('notes');
    const agreed: boolean[] = [false, true];
    const { ask } = await open(lambda, {
      onElicit: async () => ({ action: 'accept', content: { sure: agreed.shift() ?? false } }),
    });
    const [, id] = /^Kept as (\w+)\.$/.exec(await ask('add-note', { text: 'milk' })) ?? [];
    lambda.killAll();
    expect(await ask('list-notes')).toBe(`${id}  milk`);
    expect(await ask('delete-note', { id })).toBe('It stays.');
    expect(await ask('delete-note', { id })).toBe(`${id} is deleted.`);
    expect(await ask('list-notes')).toBe('There are no notes.');
  });
});

describe('a wrapped stdio server', () => {
  it('shows itself, with its progress, and is started again when it ends', async () => {
    const { ask, client } = await open((await start('stdio')).lambda);
    expect(client.getServerVersion()).toMatchObject({ name: 'existing', version: '1.2.3' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'environment', 'exit']);
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => seen.push(progress);
    await client.callTool({ name: 'echo', arguments: { message: 'x' } }, { onprogress });
    expect(seen).toEqual([1]);
    await expect(ask('exit')).rejects.toThrow();
    expect(await ask('echo', { message: 'again' })).toBe('Echo: again');
  });

  it('gets the function’s environment without its credentials', async () => {
    const { ask } = await open((await start('stdio')).lambda);
    const names = (await ask('environment')).split(' ');
    expect(names).toContain('OWN_SETTING');
    expect(names.filter((name) => /SECRET|TOKEN|ACCESS_KEY/.test(name))).toEqual([]);
  });
});
