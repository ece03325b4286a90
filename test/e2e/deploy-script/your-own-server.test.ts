/** docs/your-own-server.md, done as it says: its commands in their order, its files as they stand there. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type LocalLambda, startLocalLambda } from 'serverless-mcp-dev';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PRICES } from '../../../bench/own-server-costs.ts';
import { DEPLOY_COMMANDS } from '../../../packages/serverless-mcp-dev/src/deploy/deploy.ts';
import { init } from '../../../packages/serverless-mcp-dev/src/init/init.ts';
import { readApp } from '../../../packages/serverless-mcp-dev/src/local/app.ts';
import { parametersOfTemplate } from '../../../rigs/lambda/template.ts';
import { connect, textFromResult } from '../../../src/client/index.ts';
import { type DeployRig, PACKED, startDeployRig } from '../../helpers/deploy-script.ts';
import { type DeployedCode, serveWhatIsDeployed } from '../../helpers/deployed-code.ts';

vi.setConfig({ testTimeout: 120_000 });

const guide = readFileSync('docs/your-own-server.md', 'utf8');
const fences = (kind: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text as string);
const commands = fences('sh').flatMap((text) => text.trim().split(/\n| && /));

/** Where packages are found. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(resolve('node_modules/.cache-your-own-server-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the shortest way', () => {
  let rig: DeployRig;
  let deployed: DeployedCode;
  let app: string;
  beforeAll(async () => {
    rig = await startDeployRig();
    rig.install(); // Nothing that builds images.
    deployed = await serveWhatIsDeployed(rig, 'my-server');
    app = join(folder, 'my-server');
    vi.spyOn(console, 'log').mockImplementation(() => {});
    init(app, { install: false });
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await deployed.close();
    await rig.close();
  });

  it('goes to AWS and away again by its commands, one after the other', async () => {
    const said: string[] = [];
    const started = 'npx serverless-mcp-dev ';
    for (const command of commands.filter((each) => each.startsWith(started))) {
      const [name = '', ...args] = command.slice(started.length).split(' ');
      if (!DEPLOY_COMMANDS.includes(name)) continue;
      const asked = /^(deploy|destroy)$/.test(name) && !args.includes('--plan');
      const ran = await rig.run([name, ...args, '--app', app, ...(asked ? ['--yes'] : [])], PACKED);
      expect([command, ran.code]).toEqual([command, 0]);
      said.push(`${name}: ${ran.stdout}${ran.stderr}`);
    }
    expect(said).toEqual([
      expect.stringMatching(/^deploy: .*About \$0\.30 a month when nobody asks.* answers with 3 tools\./s),
      expect.stringMatching(/^deploy: .*Nothing to change\./s),
      expect.stringMatching(/^keys: .*ann/s),
      expect.stringMatching(/^test: .*answers with 3 tools\./s),
      expect.stringMatching(/^status: .*CREATE_COMPLETE/s),
      expect.stringMatching(/^destroy: .*Nothing is left\./s),
    ]);
  });

  it('begins where init writes what is run here', () => {
    expect(commands).toContain(`npx serverless-mcp-dev init ${readApp(app)?.name}`);
    expect(JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')).scripts).toMatchObject({
      start: 'serverless-mcp-dev',
      test: expect.any(String),
    });
  });
});

describe('a server you have', () => {
  it('answers with the files as they stand there, and goes on when its instances are killed', async () => {
    const weather = join(folder, 'weather');
    mkdirSync(weather);
    for (const text of [...fences('ts'), ...fences('toml')])
      writeFileSync(join(weather, /^(?:\/\/|#) (\S+)/.exec(text)?.[1] as string), text);
    cpSync('packages/serverless-mcp-dev/template/src/server.ts', join(weather, 'server.ts'));
    expect(guide).toContain('> call-tool greet name=Ada\nHello, Ada!\n');
    await survives(weather, { name: 'Ada' }, 'Hello, Ada!');
  });

  it('that speaks stdio is wrapped by a copy of the example', async () => {
    expect(commands).toContain('cp -r ../bedrock-spend/examples/stdio my-wrapped');
    const wrapped = join(folder, 'my-wrapped');
    cpSync('examples/stdio', wrapped, { recursive: true });
    const own = `${process.execPath} ${resolve('test/fixtures/stdio-server.ts')}`;
    await survives(wrapped, { message: 'hello' }, 'Echo: hello', { STDIO_COMMAND: own });
  });

  it('has installed all that its files import', () => {
    const installed = commands
      .filter((each) => each.startsWith('npm install serverless-mcp '))
      .map((each) => each.split(' '));
    const imported = (text: string) => [...text.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name]) => name);
    const files = [
      fences('ts').join(''),
      ...['handler', 'wrapped'].map((name) => readFileSync(`examples/stdio/${name}.ts`, 'utf8')),
    ];
    expect(installed).toHaveLength(2);
    expect(installed[0]).toEqual(expect.arrayContaining(imported(files[0] as string)));
    expect(installed[1]).toEqual(expect.arrayContaining(imported(files.slice(1).join(''))));
  });
});

describe('what it says', () => {
  const parameters = parametersOfTemplate(readFileSync('deploy/template.yaml', 'utf8'));

  it('names parameters that there are, with their bounds', () => {
    const named = [...guide.matchAll(/`((?!Mcp)[A-Z][a-z]+[A-Z]\w+)(?:=\w+)?`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !parameters.some((each) => each.name === name))).toEqual([]);
    const timeout = parameters.find(({ name }) => name === 'TimeoutSeconds');
    expect(guide).toContain(
      `(\`TimeoutSeconds\`, at most ${timeout?.allowed?.at(-1)}; ${timeout?.fallback} unless set)`,
    );
    expect(parameters.find(({ name }) => name === 'SessionIdleMinutes')?.fallback).toBe(String(7 * 24 * 60));
  });

  it('reckons with the prices it names, which are those that deploy.py tells', () => {
    const { lambdaGbS, lambdaRequest, gatewayRequest, readUnit, writeUnit, alarm, logGb } = PRICES;
    const decimal = (price: number) => price.toFixed(10).replace(/0+$/, '');
    const told = readFileSync('deploy/deployer/costs.py', 'utf8');
    for (const price of [lambdaGbS, lambdaRequest, gatewayRequest, writeUnit])
      expect(told).toContain(`("${decimal(price)}")`);
    for (const price of [alarm, logGb]) expect(told).toContain(`("${price.toFixed(2)}")`);
    const millions = [lambdaRequest, gatewayRequest].map((price) => `$${(price * 1e6).toFixed(2)} a million`);
    const units = [readUnit, writeUnit].map((price) => `$${Number((price * 1e6).toFixed(3))} a million`);
    for (const price of [`$${decimal(lambdaGbS)} a GB`, ...millions, ...units, '$0.10 an alarm', '$0.50 a GB'])
      expect(guide).toContain(price);
    expect(guide).toContain(`$${(3600 * 0.25 * lambdaGbS).toFixed(3)} an hour at 256 MB`);
  });
});

async function survives(appFolder: string, args: object, answer: string, env: Record<string, string> = {}) {
  const app = readApp(appFolder);
  if (app === undefined) throw new Error(`${appFolder} has no app.toml`);
  const lambda: LocalLambda = await startLocalLambda({
    entry: app.entry,
    name: app.name,
    memoryMb: app.memoryMb,
    env: { ...app.environment, ...env },
    withPackages: app.package === 'image',
    standIn: true,
    apiKey: 'a-key-of-twenty-characters',
    conditions: ['bedrock-spend-sources'],
  });
  onTestFinished(() => lambda.close());
  const { callTool, close, sessionId } = await connect(lambda.url, { apiKey: lambda.apiKey ?? '' });
  onTestFinished(() => close());
  const [, tool] = /^tool = "(.*)"$/m.exec(readFileSync(join(appFolder, 'app.toml'), 'utf8')) ?? [];
  expect(sessionId).toMatch(/^[\w-]{36}$/);
  expect(textFromResult(await callTool(tool as string, { ...args }))).toBe(answer);
  lambda.killAll();
  expect(textFromResult(await callTool(tool as string, { ...args }))).toBe(answer);
}
