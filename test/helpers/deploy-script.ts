import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { vi } from 'vitest';
import { DEPLOY_QUICKLY, type Faults, IMPORTS, type LocalCloud, startCloud } from '../../rigs/cloudformation/index.ts';
import { startPython } from '../../rigs/python/index.ts';
import { compose } from '../../src/compose.ts';
import { startServer } from '../../src/http/serve.ts';
import { SAMPLE_LOGS } from './sample.ts';

const SCRIPT = 'deploy/deploy.py';
const BUILDER = resolve('rigs/cloudformation/builder.py');
export const REGION = 'us-east-1';

/** A deployment of this project's own server, with the name that its stack has. */
export const STACK = 'bedrock-spend';
export const DEPLOY = ['deploy', '--source', 'metrics:', '--yes'];
export const FUNCTION = { FunctionName: `${STACK}-server` };

/** Options of a run: the deployer as the package serverless-mcp-dev has it, and as that starts it. */
export const PACKED = {
  script: 'packages/serverless-mcp-dev/dist/deployer/deploy.py',
  env: {
    DEPLOYER_STARTED_AS: 'npx serverless-mcp-dev',
    DEPLOYER_BUNDLER: JSON.stringify([
      process.execPath,
      resolve('packages/serverless-mcp-dev/bin/serverless-mcp-dev.js'),
    ]),
  },
};

export interface Ran {
  code: number | null;
  /** What was asked for. */
  stdout: string;
  /** What is said on the way, and why it ended. */
  stderr: string;
  /** The last line of stderr. */
  last: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** What is typed; nothing: nobody is there. */
  typed?: string;
  region?: string;
  /** What is done, once something is said. */
  onceSaid?: readonly [words: string, act: 'Ctrl-C' | (() => Promise<unknown>)];
  /** In place of deploy.py. */
  script?: string;
  /** As a person starts it, with all its pauses, and not in a fork of a Python that has read everything already. */
  asPeopleDo?: boolean;
}

export interface BuilderCall {
  builder: string;
  command: string;
  arguments: string[];
  typed: boolean;
  /** Registries. */
  signedIn: string[];
  /** Names of the settings, and of what lies beside them. */
  others: string[];
}

/** A person's machine: a clone, builders that stand in for real ones, credentials, and AWS behind AWS_ENDPOINT_URL. */
export interface DeployRig {
  cloud: LocalCloud;
  home: string;
  /** PATH. */
  bin: string;
  /** Of every program that is started. */
  env: Readonly<Record<string, string>>;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** What builders were asked since the last reset. */
  built(): BuilderCall[];
  /** The bundle in an image, by its tag. */
  bundleOf(tag: string): string;
  /** Only these are installed. */
  install(...builders: string[]): void;
  /** The values of keys, as they are kept. */
  keyFile(stack?: string): string;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Behind the API's front door is this project's own server, on the sample logs. */
export async function startDeployRig(): Promise<DeployRig> {
  const cloud = await startCloud();
  const credentials = { AWS_ACCESS_KEY_ID: 'rig', AWS_SECRET_ACCESS_KEY: 'rig' };
  Object.assign(process.env, credentials, { AWS_ENDPOINT_URL: cloud.endpoint, AWS_REGION: REGION });
  const dependencies = await compose({ source: SAMPLE_LOGS });
  const server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 10 }, dependencies);
  const upstream = server.url.replace(/\/mcp$/, '');
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-test-'));
  const [bin, log, home] = ['bin', 'builder.log', 'home'].map((name) => join(folder, name)) as [string, string, string];
  const { stdout: python } = await run(['-c', 'import sys; sys.stdout.write(sys.executable)'], process.env);
  const install = (...builders: string[]) => {
    rmSync(bin, { recursive: true, force: true });
    mkdirSync(bin);
    symlinkSync(python, join(bin, 'python3'));
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const builder of builders) symlinkSync(BUILDER, join(bin, builder));
  };
  const reset = async () => {
    await cloud.reset();
    await cloud.upstream(upstream);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    writeFileSync(log, '');
    install('docker');
  };
  await reset();
  const env = {
    ...credentials,
    AWS_ENDPOINT_URL: cloud.endpoint,
    PATH: bin,
    HOME: home,
    RIG_BUILDER_LOG: log,
    PYTHONDONTWRITEBYTECODE: '1',
    NO_PROXY: '127.0.0.1',
  };
  return {
    cloud,
    home,
    bin,
    env,
    install,
    reset,
    run(args, options = {}) {
      const region = options.region === '' ? [] : ['--region', options.region ?? REGION];
      const path = options.script ?? SCRIPT;
      const script = options.asPeopleDo ? [path] : ['-c', DEPLOY_QUICKLY.replace(SCRIPT, path)];
      return run([...script, ...args, ...region], { ...env, ...options.env }, options);
    },
    bundleOf: (tag) => join(folder, 'built', tag),
    built: () => lines(log).map((line) => JSON.parse(line) as BuilderCall),
    keyFile: (stack = STACK) => join(home, `.config/bedrock-spend/keys/${stack}-${REGION}-123456789012.json`),
    async close() {
      await server.close();
      await dependencies.close();
      cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Services of deploy.py's whose requests have the names of their permissions; what it deploys asks others. */
const BY_NAME = ['cloudformation', 'ecr', 'logs'];
/** Of these it can be told whether there is any permission. */
const AT_ALL = ['apigateway', 'athena', 'bedrock', 'glue', 'lambda', 's3'];

/** Somebody who has the policy that `permissions` prints for some options, and no other. */
export async function permitted(rig: DeployRig, ...options: string[]): Promise<Faults> {
  const { stdout } = await rig.run(['permissions', ...options]);
  const actions: string[] = JSON.parse(stdout).Statement.flatMap(({ Action }: { Action: string[] }) => Action);
  const none = AT_ALL.filter((service) => !actions.some((action) => action.startsWith(`${service}:`)));
  return {
    denied: [...none.map((service) => `^${service}:`), `^(?!(?:${actions.join('|')})$)(?:${BY_NAME.join('|')}):`],
  };
}

/** As CloudFormation describes it. */
// biome-ignore lint/suspicious/noExplicitAny: an answer of any service
export async function stackOf({ cloud }: DeployRig, StackName = STACK): Promise<any> {
  return (await cloud.call('cloudformation', 'describe_stacks', { StackName })).Stacks[0];
}

/** What a stack was deployed with. */
export async function parametersOf(rig: DeployRig, name?: string): Promise<Record<string, string>> {
  const { Parameters } = await stackOf(rig, name);
  return Object.fromEntries(
    Parameters.map((each: Record<string, string>) => [each['ParameterKey'], each['ParameterValue']]),
  );
}

/** What it holds: physical ids, by logical ones. */
export async function heldBy({ cloud }: DeployRig, StackName = STACK): Promise<Record<string, string>> {
  const { StackResourceSummaries } = await cloud.call('cloudformation', 'list_stack_resources', { StackName });
  return Object.fromEntries(
    StackResourceSummaries.map(({ LogicalResourceId, PhysicalResourceId }: Record<string, string>) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
}

/** As other tools make one, from a template and its parameters. */
export async function createStack(
  rig: DeployRig,
  given: { StackName: string; TemplateBody: string; Tags?: object[] },
  set: Record<string, string> = {},
): Promise<void> {
  const place = { StackName: given.StackName, ChangeSetName: 'theirs' };
  const Parameters = Object.entries(set).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
  await rig.cloud.call('cloudformation', 'create_change_set', {
    ...given,
    ...place,
    ChangeSetType: 'CREATE',
    Parameters,
  });
  await rig.cloud.call('cloudformation', 'execute_change_set', place);
  await vi.waitUntil(async () => (await stackOf(rig, given.StackName)).StackStatus === 'CREATE_COMPLETE', 30_000);
}

async function run(program: string[], env: NodeJS.ProcessEnv, options: RunOptions = {}): Promise<Ran> {
  const python = await startPython(program, { env, imports: IMPORTS, fresh: options.asPeopleDo ?? false });
  const said = { stdout: '', stderr: '' };
  const [words, act] = options.onceSaid ?? [];
  if (act !== 'Ctrl-C') python.stdin.end(options.typed ?? '');
  const onceSaid = once(() => (typeof act === 'function' ? act() : process.kill(python.pid, 'SIGINT')));
  python.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  python.stderr.on('data', (chunk) => {
    said.stderr += chunk;
    if (words !== undefined && said.stderr.includes(words)) onceSaid();
  });
  const code = await python.ended;
  return { code, ...said, last: said.stderr.trim().split('\n').at(-1) ?? '' };
}

function once(act: () => unknown): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
