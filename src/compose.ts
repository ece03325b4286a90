import { join } from 'node:path';
import envPaths from 'env-paths';
import { engineFromSource } from './compose-engine.ts';
import { deferred } from './deferred.ts';
import type { Alias } from './domain/alias.ts';
import type { Usd } from './domain/money.ts';
import { capEngine } from './engines/capped.ts';
import { narrowedSource } from './engines/cloudwatch/source.ts';
import type { Engine } from './engines/engine.ts';
import { awsPlacesOfSource } from './engines/source-text.ts';
import type { ServerDependencies } from './mcp/server.ts';
import type { LookUpNames } from './names/names.ts';
import type { Prices } from './prices/index.ts';
import type { SessionStore } from './serverless/index.ts';
import type { ProbeSetup } from './setup/probe.ts';

export interface ComposeOptions {
  source: string | undefined;
  prices?: string | undefined;
  /** A file, or `false` for none that lasts. */
  ledger?: string | false | undefined;
  /** Most that one question may cost. */
  maxScanUsd?: Usd | undefined;
  log?: (message: string) => void;
}

/** Puts the parts together: the only file that names concrete drivers. */
export async function compose(options: ComposeOptions): Promise<ServerDependencies & { close(): Promise<void> }> {
  // An overrides file is read at once, so that what is wrong with it is said at the start.
  const given = options.prices === undefined ? undefined : await openPrices(options.prices);
  let prices = given && Promise.resolve(given.book);
  const engine = openEngine(options.source, options);
  const narrowed = narrowedEngines(options);
  return {
    engine,
    narrowed: narrowed.find,
    prices() {
      prices ??= openPrices(undefined).then(({ book }) => book);
      return prices;
    },
    names: composeNames(options, given?.aliases ?? []),
    probeSetup,
    now: Date.now,
    log: options.log ?? ((message) => console.error(message)),
    async close() {
      await Promise.all([engine.close(), narrowed.close()]);
    },
  };
}

function openEngine(source: string | undefined, { ledger, maxScanUsd }: ComposeOptions): Engine {
  const engine = engineFromSource(source, ledger);
  return maxScanUsd === undefined ? engine : capEngine(engine, maxScanUsd);
}

/** Engines for a log group or region that a caller names, where the operator's source leaves open which it is. */
function narrowedEngines(options: ComposeOptions) {
  const open = new Map<string, Engine>();
  return {
    find(what: { group?: string | undefined; region?: string | undefined }): Engine | undefined {
      const source = options.source && narrowedSource(options.source, what);
      if (!source) return undefined;
      const engine = open.get(source) ?? openEngine(source, options);
      open.set(source, engine);
      return engine;
    },
    async close() {
      await Promise.all([...open.values()].map((engine) => engine.close()));
    },
  };
}

/** What the user's file says, then what AWS says of the source's own accounts. */
function composeNames({ source }: ComposeOptions, given: readonly Alias[]): LookUpNames {
  const places = source === undefined ? undefined : awsPlacesOfSource(source);
  if (places === undefined) return async () => ({ aliases: given, notes: [] });
  let lookUp: Promise<LookUpNames> | undefined;
  return async (needed) => {
    lookUp ??= import('./names/bedrock/index.ts').then(({ createBedrockNames }) =>
      createBedrockNames({ ...places, memory: join(envPaths('bedrock-spend', { suffix: '' }).cache, 'names.json') }),
    );
    const { aliases, notes } = await (await lookUp)(needed);
    const known = new Set(given.map(({ unresolved }) => unresolved));
    return { aliases: [...given, ...aliases.filter(({ unresolved }) => !known.has(unresolved))], notes };
  };
}

/** Loaded when a price is asked for: the tables are half a megabyte. @throws SpendError INVALID_OVERRIDES */
export async function openPrices(overrides: string | undefined): Promise<Prices> {
  const { pricesWithOverrides } = await import('./prices/index.ts');
  return pricesWithOverrides(overrides);
}

/** Asks AWS what is set up, with the environment's credentials. */
export const probeSetup: ProbeSetup = async (regions, signal) => {
  const { createAwsSetupProbe } = await import('./setup/aws/index.ts');
  return createAwsSetupProbe()(regions, signal);
};

/** Sessions in a DynamoDB table. */
export function composeSessionStore(table: string): SessionStore {
  return deferred(async () => {
    const { createDynamoSessionStore } = await import('./serverless/dynamodb/index.ts');
    return createDynamoSessionStore({ table });
  });
}
