import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LambdaFunction, startFunction } from '../function/function.ts';
import type { InstanceInfo } from '../function/instance.ts';
import { ensureLoader, ensureRic, type Ric } from '../function/ric.ts';
import { asAuthorizer } from '../gateway/authorizer.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../gateway/gateway.ts';
import type { GatewayResponses } from '../gateway/gateway-responses.ts';
import { ToldError } from '../told-error.ts';
import { type Access, authorizerEnvironmentOf, doorOf, refusalsOf } from './access.ts';
import { checkApiKey, keptApiKey } from './api-key.ts';
import { type Bundler, createBundler } from './bundle.ts';
import { createSessionTable, startDynamoDB } from './dynamodb.ts';
import { createInstanceLog, deathLine } from './instance-log.ts';
import { nodeModulesOf } from './node-modules.ts';
import { requestLine } from './request-line.ts';

export interface LocalLambdaOptions {
  /** The TypeScript or JavaScript module that exports `handler`. */
  entry: string;
  /** What others have bundled `entry` into, as Lambda names it: file without ending, and export. Then nothing is bundled here. */
  bundled?: string;
  /** Default: local. */
  name?: string;
  /** As the API's ResponseTransferMode. Default: stream. */
  transfer?: 'stream' | 'buffered';
  /** Default: 0, any free one. */
  port?: number;
  /** `memory`: no table, and one instance, which alone knows its sessions. Default: dynamodb. */
  sessions?: 'dynamodb' | 'memory';
  /** The most at once. Default: 10. */
  instances?: number;
  /** Of the function and the gateway. Default, and most: 15 minutes streamed, 29 seconds buffered. */
  timeoutMs?: number;
  /** What clients send as `x-api-key`. Default: one that is made once and kept with the project's node_modules. */
  apiKey?: string;
  /** A module whose `handler` is a Lambda authorizer of the REQUEST kind. Keys are then asked for only if there is an `apiKey`. */
  authorizer?: string;
  /** In the place of that: who may call it, as what deploy.py deploys. */
  access?: Access;
  /** Of the function, besides what it gets here. */
  env?: Record<string, string>;
  /** What the function is told it has. Default: 1024. */
  memoryMb?: number;
  /** The stand-in for AWS's runtime interface client, also where that can be had. Default: false. */
  standIn?: boolean;
  /** Bundles anew when the handler's files change. Default: false. */
  watch?: boolean;
  conditions?: string[];
  /** The project's node_modules lies beside the bundle, as in an image. Default: false, as in a zip. */
  withPackages?: boolean;
  /** Takes one line for each request, and what else happens. */
  log?: (line: string) => void;
}

export interface LocalLambda {
  /** Of the MCP server: http://127.0.0.1:PORT/prod/mcp */
  url: string;
  /** Undefined where none is asked for. */
  apiKey: string | undefined;
  /** `aws-lambda-ric` or `loader`. */
  runtime: string;
  instances(): InstanceInfo[];
  /** The environment of an instance dies. @returns its index, undefined when none lives. Default: the busiest */
  kill(index?: number): number | undefined;
  killAll(): number[];
  /** @throws ToldError when the handler cannot be bundled; then the old code goes on */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const LONGEST_MS = { stream: 900_000, buffered: 29_000 };
const TABLE = 'sessions';
const BUSIEST = ['busy', 'finishing', 'starting', 'idle'];

/** An MCP server as a Lambda function behind API Gateway, on this machine. @throws ToldError */
export async function startLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const { entry, name = 'local', transfer = 'stream', sessions = 'dynamodb', log = () => {} } = options;
  const timeoutMs = options.timeoutMs ?? LONGEST_MS[transfer];
  const { access } = options;
  const authorizer = access ? access.authorizer : options.authorizer;
  const hasKey = access ? access.keys !== 'none' : authorizer === undefined;
  const asked = options.apiKey ?? (hasKey ? keptApiKey(entry) : undefined);
  const apiKey = asked === undefined ? undefined : checkApiKey(asked);
  if (timeoutMs > LONGEST_MS[transfer])
    throw new ToldError(`API Gateway waits ${LONGEST_MS[transfer] / 1000} s at most when it is ${transfer}.`);
  const closing: (() => unknown)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }

  async function open(): Promise<LocalLambda> {
    const folder = mkdtempSync(join(tmpdir(), 'serverless-mcp-dev-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    // For who is interrupted before it has started.
    process.once('exit', remove);
    closing.push(() => {
      process.off('exit', remove);
      remove();
    });
    const { bundled } = options;
    const bundler = bundled === undefined ? await bundlerOf(entry, join(folder, 'function')) : undefined;
    const build = async () => bundled ?? (bundler as Bundler).build();
    const handler = await build();
    const ric = await runtimeOf(options.standIn ?? false, log);
    const placed = new Map<string, number>();
    const killedHere = new Set<number>();
    const kill = (index: number | undefined) => {
      if (index === undefined) return undefined;
      killedHere.add(index);
      lambda.kill(index);
      return index;
    };
    const lambda = await startFunction({
      handler,
      name,
      env: {
        ...(await environment()),
        TRANSFER: transfer,
        ...access?.oauth,
        ...options.env,
        NODE_OPTIONS: nodeOptions(options.env),
      },
      instances: sessions === 'memory' ? 1 : (options.instances ?? 10),
      timeoutMs,
      memoryMb: options.memoryMb ?? 1024,
      ric,
      onLog: createInstanceLog(log),
      onPlaced: (event, index) => placed.set(requestIdOf(event), index),
      onDeath: (index, why) => {
        if (!killedHere.has(index)) log(deathLine(index, why));
      },
    });
    closing.push(() => lambda.close());
    const gatewayResponses: GatewayResponses = {};
    const gateway = await gatewayOf({
      function: lambda,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(transfer === 'stream' ? { transfer: 'STREAM' } : {}),
      integrationTimeoutMs: timeoutMs,
      ...(apiKey === undefined ? {} : { apiKeys: [{ id: 'local-key', value: apiKey }] }),
      ...(access && { ...doorOf(access), gatewayResponses }),
      ...(authorizer === undefined ? {} : { authorizer: await authorizerOf(authorizer, folder, ric) }),
      onAccess(entry, { body, headers }, answer) {
        const instance = placed.get(entry.requestId);
        placed.delete(entry.requestId);
        log(requestLine({ entry, body, headers, answered: answer?.headers ?? [], instance, at: new Date() }));
      },
    });
    closing.push(() => gateway.close());
    if (access) Object.assign(gatewayResponses, refusalsOf(access, gateway.url));
    const renew = renewing(lambda, 'the next request starts an instance of the new code');
    if (options.watch) await bundler?.watch(renew, (fault) => log(faultText(fault)));
    return {
      url: `${gateway.url}/mcp`,
      apiKey,
      runtime: ric.includes('aws-lambda-ric') ? 'aws-lambda-ric' : 'loader',
      instances: () => lambda.instances(),
      kill: (index = busiest(lambda)) => kill(index),
      killAll: () => livingOf(lambda).map(({ index }) => kill(index) as number),
      reload: async () => renew(await build()),
      close,
    };
  }

  function renewing(lambda: LambdaFunction, what: string) {
    return (handler: string) => {
      lambda.renew(handler);
      log(`         reloaded: ${what}`);
    };
  }

  async function bundlerOf(module: string, into: string) {
    const { conditions = [], withPackages = false } = options;
    const packages = withPackages ? nodeModulesOf(dirname(module)) : undefined;
    const bundler = await createBundler({ entry: module, folder: into, conditions, packages });
    closing.push(() => bundler.close());
    return bundler;
  }

  async function environment(): Promise<Record<string, string>> {
    if (sessions === 'memory') return {};
    const dynamodb = await startDynamoDB();
    closing.push(() => dynamodb.close());
    await createSessionTable(dynamodb.endpoint, TABLE);
    return { ...dynamodb.environment, SESSION_TABLE: TABLE };
  }

  async function authorizerOf(module: string, folder: string, ric: Ric) {
    const bundler = await bundlerOf(module, join(folder, 'authorizer'));
    const lambda = await startFunction({
      handler: await bundler.build(),
      name: `${name}-authorizer`,
      env: access ? authorizerEnvironmentOf(access) : (options.env ?? {}),
      instances: options.instances ?? 10,
      // As deploy.py's has it.
      memoryMb: 256,
      timeoutMs: 15_000,
      ric,
      onLog: createInstanceLog(log, 'authorizer'),
    });
    closing.push(() => lambda.close());
    if (options.watch)
      await bundler.watch(renewing(lambda, 'the authorizer is that of the new code'), (fault) => log(faultText(fault)));
    return asAuthorizer(lambda);
  }
}

async function gatewayOf(options: GatewayOptions): Promise<Gateway> {
  try {
    return await startGateway(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ToldError(`Port ${options.port} is taken by another program. Take another one with --port.`);
  }
}

async function runtimeOf(standIn: boolean, log: (line: string) => void): Promise<Ric> {
  if (standIn) return ensureLoader();
  try {
    return await ensureRic((line) => log(`         ${line}`));
  } catch {
    log(
      "         AWS's runtime interface client cannot be had from npm: a stand-in takes its place, as with --stand-in",
    );
    return ensureLoader();
  }
}

/** Errors name the lines that were written, also where the function has options of its own. */
function nodeOptions({ NODE_OPTIONS: own = '' }: Record<string, string> = {}): string {
  return `--enable-source-maps ${own}`.trim();
}

function requestIdOf(event: unknown): string {
  return (event as { requestContext: { requestId: string } }).requestContext.requestId;
}

const livingOf = (lambda: LambdaFunction) => lambda.instances().filter(({ state }) => state !== 'dead');

function busiest(lambda: LambdaFunction): number | undefined {
  const rank = ({ state }: InstanceInfo) => BUSIEST.indexOf(state);
  return livingOf(lambda).sort((a, b) => rank(a) - rank(b))[0]?.index;
}

/** What is told of code that cannot be bundled. */
export function faultText({ message }: Error): string {
  return `${message}\n         the old code goes on`;
}
