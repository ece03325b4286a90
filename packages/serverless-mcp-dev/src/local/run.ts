/** `serverless-mcp-dev HANDLER`, for somebody at a terminal. */
import { relative, resolve } from 'node:path';
import { ToldError } from '../told-error.ts';
import { type Access, accessOf } from './access.ts';
import { APP_FILE, readApp } from './app.ts';
import { type Actions, helpText, KEYS, listenToKeys } from './keys.ts';
import { REQUEST_HEADING } from './request-line.ts';
import { faultText, type LocalLambda, type LocalLambdaOptions, startLocalLambda } from './start.ts';

export interface RunOptions extends Omit<LocalLambdaOptions, 'entry' | 'log' | 'watch'> {
  /** Default: the entry of app.toml. */
  entry: string | undefined;
  parameters: Record<string, string>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** As shells have it. */
const INTERRUPTED = 130;

/** @throws ToldError */
export async function runLocal({ parameters, ...given }: RunOptions): Promise<void> {
  const app = readApp('.', parameters);
  const entry = given.entry === undefined ? app?.entry : resolve(given.entry);
  if (entry === undefined)
    throw new ToldError(
      `Which handler? There is no ${APP_FILE} here: serverless-mcp-dev handler.ts, or begin with init.`,
    );
  const access = app && given.authorizer === undefined ? accessOf(app, given.env ?? {}, given.apiKey) : undefined;
  const options: LocalLambdaOptions = {
    ...(access && { access }),
    ...(app && { name: app.name, memoryMb: app.memoryMb, withPackages: app.package === 'image' }),
    ...given,
    env: { ...app?.environment, ...given.env },
    entry,
    watch: true,
    log: console.log,
  };
  const { promise: asked, resolve: quit } = Promise.withResolvers<void>();
  let started = false;
  for (const signal of SIGNALS) process.once(signal, () => (started ? quit() : process.exit(INTERRUPTED)));
  const lambda = await startLocalLambda(options);
  started = true;
  console.log(banner(lambda, options));
  const stop = listenToKeys(process.stdin, actionsOn(lambda, quit));
  await asked;
  stop();
  await lambda.close();
}

function banner({ url, apiKey, runtime }: LocalLambda, options: LocalLambdaOptions): string {
  const { entry, transfer = 'stream', sessions = 'dynamodb', timeoutMs, access } = options;
  const authorizer = options.authorizer ?? access?.authorizer;
  const seconds = (timeoutMs ?? (transfer === 'stream' ? 900_000 : 29_000)) / 1000;
  const rows = {
    'MCP server': url,
    'a header': apiKey === undefined ? headerWithoutKey(access) : `x-api-key: ${apiKey}`,
    ...(authorizer !== undefined && { authorizer: `${relative('.', authorizer)}${access ? ROLES[access.keys] : ''}` }),
    function: `${relative('.', entry)} under ${runtime === 'loader' ? "a stand-in for AWS's runtime client" : runtime}`,
    gateway: `${transfer === 'stream' ? 'streams' : 'buffers'}, ${seconds} s, 10 MB in${transfer === 'stream' ? '' : ', 6 MB out'}`,
    sessions: sessions === 'memory' ? 'in the memory of one instance' : 'rows of a DynamoDB double',
  };
  const lines = Object.entries(rows).map(([name, value]) => `  ${name.padEnd(11)} ${value}`);
  return ['', ...lines, '', `  ${KEYS}`, '', REQUEST_HEADING].join('\n');
}

const ROLES = { header: '', authorizer: ', which finds the key in a request', none: ', which reads tokens' };

function headerWithoutKey(access: Access | undefined): string {
  const issuer = access?.oauth['OAUTH_ISSUER'];
  return issuer ? `Authorization: Bearer and a token of ${issuer}` : 'whatever the authorizer asks for';
}

function actionsOn(lambda: LocalLambda, quit: () => void): Actions {
  return {
    killOne: () => console.log(toldKill(lambda.kill())),
    killAll: () => console.log(toldKill(...lambda.killAll())),
    reload: () => void lambda.reload().catch((fault: Error) => console.log(faultText(fault))),
    help: () => console.log(`${helpText()}\n`),
    quit,
  };
}

function toldKill(...indexes: (number | undefined)[]): string {
  const numbers = indexes.filter((index) => index !== undefined).map((index) => `#${index + 1}`);
  return `         ${numbers.length === 0 ? 'no instance lives; the next request starts one' : `kill -9 ${numbers.join(' ')}`}`;
}
