import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEPLOY_COMMANDS, runDeployer } from './deploy/deploy.ts';
import { ToldError } from './told-error.ts';

const HELP = `serverless-mcp-dev: your MCP server as a Lambda function behind API Gateway,
on this machine

  serverless-mcp-dev [HANDLER.ts]   runs it; without a handler, that of app.toml
  serverless-mcp-dev init [DIR]     writes a server, its tests and its app.toml
                                    into DIR, by default my-server, and installs
                                    what they need
  serverless-mcp-dev bundle HANDLER.ts --out DIR
                                    writes what a deployment zips

  To AWS, in the folder of app.toml, with Python 3.11 and boto3, or uv, which
  brings both. Each has a --help of its own:

  serverless-mcp-dev deploy         shows what would change and what it costs,
                                    asks, deploys; --plan only shows
  serverless-mcp-dev status | test | config | logs | keys | permissions |
                     template | destroy

  Of the local Lambda:

  --port N              default 3000
  --buffered            an API that does not stream: 29 s, 6 MB
  --timeout SECONDS     of function and gateway; default 900, buffered 29
  --sessions WHERE      dynamodb (default) or memory
  --instances N         the most at once; default 10
  --api-key KEY         20 characters or more; default: one that is kept with
                        node_modules
  --authorizer FILE.ts  a Lambda authorizer in the place of the key
  --env NAME=VALUE      of the function; NAME alone takes it from here
  --parameter NAME=VALUE  of app.toml; like --env, as often as you like
  --stand-in            runs handlers under a stand-in for AWS's runtime client
  --no-install          init: writes files only
  --version
`;

/** Of a command: other options would do nothing. */
const OWN_OPTIONS: Record<string, readonly string[]> = { init: ['no-install'], bundle: ['out'] };

/** @returns the exit code */
export async function main(args: string[]): Promise<number> {
  try {
    if (DEPLOY_COMMANDS.includes(args[0])) return await runDeployer(args);
    await run(args);
    return 0;
  } catch (error) {
    if (!(error instanceof ToldError || isOfTheSystem(error as Error))) throw error;
    console.error((error as Error).message);
    return 1;
  }
}

const COMMANDS = ['init', 'bundle', ...DEPLOY_COMMANDS];

/** A handler is a file, and has a dot or a slash in its name: another word is a command, if a mistyped one. */
function checkWord(word: string | undefined): void {
  if (word === undefined || COMMANDS.includes(word) || /[./\\]/.test(word) || existsSync(word)) return;
  throw new ToldError(`There is no command ${word}: there are ${COMMANDS.join(', ')}. A handler is named by its file.`);
}

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parsed(args);
  const [first, second, ...more] = positionals;
  checkWord(first);
  if (values.help) return void console.log(HELP);
  if (values.version) return void console.log(await version());
  const command = first === 'init' || first === 'bundle' ? first : undefined;
  if (more.length > 0 || (second !== undefined && command === undefined))
    throw new ToldError(`One ${command === 'init' ? 'folder' : 'handler'} at a time: ${positionals.join(' ')}`);
  checkPlaces(args, command);
  if (first === 'init') {
    const { init } = await import('./init/init.ts');
    return init(second ?? 'my-server', { install: !values['no-install'] });
  }
  if (first === 'bundle') return bundle(second, values.out);
  const { runLocal } = await import('./local/run.ts');
  await runLocal({
    entry: first,
    port: wholeNumber('--port', values.port, 0, 65_535),
    transfer: values.buffered ? 'buffered' : 'stream',
    sessions: oneOf('--sessions', values.sessions, ['dynamodb', 'memory'] as const),
    instances: wholeNumber('--instances', values.instances, 1, 1000),
    standIn: values['stand-in'],
    env: pairs('--env', values.env, process.env),
    parameters: pairs('--parameter', values.parameter, {}),
    ...(values.timeout === undefined ? {} : { timeoutMs: 1000 * wholeNumber('--timeout', values.timeout, 1, 900) }),
    ...(values['api-key'] === undefined ? {} : { apiKey: values['api-key'] }),
    ...(values.authorizer === undefined ? {} : { authorizer: values.authorizer }),
  });
}

async function bundle(handler: string | undefined, out: string | undefined): Promise<void> {
  if (handler === undefined || out === undefined) throw new ToldError('Write: bundle HANDLER.ts --out DIR');
  const { bundleOnce } = await import('./local/bundle.ts');
  await bundleOnce(resolve(handler), resolve(out));
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string', default: '3000' },
        buffered: { type: 'boolean', default: false },
        timeout: { type: 'string' },
        sessions: { type: 'string', default: 'dynamodb' },
        instances: { type: 'string', default: '10' },
        'api-key': { type: 'string' },
        authorizer: { type: 'string' },
        env: { type: 'string', multiple: true, default: [] },
        parameter: { type: 'string', multiple: true, default: [] },
        'stand-in': { type: 'boolean', default: false },
        out: { type: 'string' },
        'no-install': { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new ToldError(`${(error as Error).message.split(/\.\s/)[0]}. See serverless-mcp-dev --help.`);
  }
}

/** What is of one command does nothing for another: it was meant otherwise. */
function checkPlaces(args: readonly string[], command: string | undefined): void {
  for (const [owner, options] of Object.entries(OWN_OPTIONS)) {
    const lost = options.find((option) => args.some((arg) => arg.split('=')[0] === `--${option}`));
    if (lost !== undefined && owner !== command) throw new ToldError(`--${lost} is an option of ${owner}.`);
  }
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')).version;
}

/** A folder that may not be written, a port that only root has: Node's words say it all. */
function isOfTheSystem(error: NodeJS.ErrnoException): boolean {
  return error.syscall !== undefined && error.code !== undefined;
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new ToldError(`${option}: a whole number from ${least} to ${most}, not ${text}`);
}

function oneOf<Choice extends string>(option: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw new ToldError(`${option}: ${choices.join(' or ')}, not ${text}`);
}

function pairs(option: string, texts: readonly string[], known: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', value = known[name]] = text.split(/=(.*)/s);
      if (!/^[A-Za-z]\w*$/.test(name)) throw new ToldError(`${option}: NAME=VALUE, not ${text}`);
      if (value === undefined) throw new ToldError(`${option}: NAME=VALUE; ${name} has no value here.`);
      return [name, value];
    }),
  );
}
