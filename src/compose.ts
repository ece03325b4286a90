import { join } from 'node:path';
import envPaths from 'env-paths';
import { deferred } from './deferred.ts';
import type { Alias } from './domain/alias.ts';
import { SpendError } from './domain/errors.ts';
import { cloudWatchSourceFromText } from './engines/cloudwatch/source.ts';
import type { Engine } from './engines/engine.ts';
import type { ServerDependencies } from './mcp/server.ts';
import type { Names } from './names/names.ts';
import type { Prices } from './prices/index.ts';
import type { SessionStore } from './serverless/index.ts';
import type { ProbeSetup } from './setup/probe.ts';

export interface ComposeOptions {
  source: string | undefined;
  prices?: string | undefined;
  /** A file, or `false` for none that lasts. */
  ledger?: string | false | undefined;
  log?: (message: string) => void;
}

/** Puts the parts together: the only file that names concrete drivers. */
export async function compose(options: ComposeOptions): Promise<ServerDependencies & { close(): Promise<void> }> {
  // An overrides file is read at once, so that what is wrong with it is said at the start.
  const given = options.prices === undefined ? undefined : await openPrices(options.prices);
  let prices = given && Promise.resolve(given.book);
  const engine = createEngine(options);
  return {
    engine,
    prices() {
      prices ??= openPrices(undefined).then(({ book }) => book);
      return prices;
    },
    names: composeNames(options, given?.aliases ?? []),
    probeSetup,
    now: Date.now,
    log: options.log ?? ((message) => console.error(message)),
    close: () => engine.close(),
  };
}

/** What the user's file says, then what AWS says of the source's own account. */
function composeNames({ source = '' }: ComposeOptions, given: readonly Alias[]): () => Promise<Names> {
  const own = { aliases: given, notes: [] };
  if (!source.startsWith('cloudwatch:')) return async () => own;
  let lookUp: Promise<() => Promise<Names>> | undefined;
  return async () => {
    lookUp ??= import('./names/bedrock/index.ts').then(({ createProfileNames }) =>
      createProfileNames({
        regions: cloudWatchSourceFromText(source).regions,
        memory: join(envPaths('bedrock-spend', { suffix: '' }).cache, 'profiles.json'),
      }),
    );
    const { aliases, notes } = await (await lookUp)();
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

/** Opens the source at the first question: loading DuckDB, 70 MB of native code, would make every start wait for it. */
function createEngine({ source, ledger }: ComposeOptions): Engine {
  if (source === undefined) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      'No log source. Give --source FOLDER (or set BEDROCK_SPEND_SOURCE), or try "bedrock-spend demo".',
    );
  }
  if (source.startsWith('cloudwatch:')) {
    cloudWatchSourceFromText(source);
    return deferredEngine('cloudwatch', source, async () => {
      const { createCloudWatchEngine } = await import('./engines/cloudwatch/index.ts');
      return createCloudWatchEngine({ source });
    });
  }
  if (/^[a-z0-9]{2,}:/i.test(source)) {
    throw new SpendError(
      'SOURCE_UNSUPPORTED',
      `This version reads files and CloudWatch (cloudwatch:LOG-GROUP), not ${source}. Copy the logs here first: aws s3 sync s3://BUCKET/PREFIX ./logs`,
    );
  }
  return deferredEngine('files', source, async () => {
    const { createFilesEngine } = await import('./engines/files/index.ts');
    return createFilesEngine({ source, ...(ledger === undefined ? {} : { ledger }) });
  });
}

function deferredEngine(name: string, source: string, open: () => Promise<Engine>): Engine {
  const { usage, quote, range, metadataKeys, close } = deferred(open);
  return { name, source, usage, quote, range, metadataKeys, close };
}
