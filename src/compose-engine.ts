import { SpendError } from './domain/errors.ts';
import { athenaSourceFromText } from './engines/athena/source.ts';
import { cloudWatchSourceFromText } from './engines/cloudwatch/source.ts';
import { sourcesFromLogging } from './engines/composite/auto.ts';
import { uniteEngines } from './engines/composite/union.ts';
import type { Engine } from './engines/engine.ts';
import { checkPath } from './engines/files/path.ts';
import { bucketSourceFromText } from './engines/files/s3/source.ts';
import { metricsSourceFromText } from './engines/metrics/source.ts';
import { sourceTextFrom } from './engines/source-text.ts';
import { lazy } from './lazy.ts';

/** Where the ledger of an embedded engine is kept; `false`: nowhere that lasts. */
export type LedgerSetting = string | false | undefined;

/**
 * Opens a source at the first question: loading DuckDB, 70 MB of native code, or the AWS SDK would make every start wait for it.
 * What is wrong with its text is said at once.
 * @throws SpendError SOURCE_NOT_FOUND, SOURCE_UNSUPPORTED or INVALID_SETTING
 */
export function engineFromSource(source: string | undefined, ledger: LedgerSetting): Engine {
  if (source === undefined) {
    throw new SpendError(
      'SOURCE_NOT_FOUND',
      'No log source. Give --source FOLDER (or set BEDROCK_SPEND_SOURCE), or try "bedrock-spend demo".',
    );
  }
  const scheme = /^([a-z0-9]{2,}):/i.exec(source)?.[1] ?? (source === 'auto' ? 'auto' : undefined);
  if (scheme === undefined) {
    checkPath(source);
    return filesEngine(source, ledger);
  }
  const open = SCHEMES[scheme.toLowerCase()];
  if (open === undefined) {
    throw new SpendError(
      'SOURCE_UNSUPPORTED',
      `There is no source of the kind ${scheme}:. Give a folder of log files, or one of ${Object.keys(SCHEMES).join(':…, ')}:….`,
    );
  }
  return open(source, ledger);
}

const SCHEMES: Readonly<Record<string, (source: string, ledger: LedgerSetting) => Engine>> = {
  cloudwatch: cloudWatchEngine,
  s3: bucketEngine,
  athena: athenaEngine,
  metrics: metricsEngine,
  auto: autoEngine,
};

function filesEngine(source: string, ledger: LedgerSetting): Engine {
  const engine = deferredEngine('files', source, async () => {
    const { createFilesEngine } = await import('./engines/files/index.ts').catch(withoutDuckDb);
    return createFilesEngine({ source, ...(ledger === undefined ? {} : { ledger }) });
  });
  return { ...engine, rangeReadsLogs: true };
}

/** An image for Lambda has it only where it is asked for. */
function withoutDuckDb(error: Error & { code?: string }): never {
  // By its own name: it is asked for as CommonJS.
  if (error.code !== 'MODULE_NOT_FOUND') throw error;
  throw new SpendError(
    'SOURCE_UNSUPPORTED',
    'DuckDB is not installed here, and log files cannot be read without it: build the image with --build-arg DUCKDB=yes, or ask CloudWatch or Athena.',
    { cause: error },
  );
}

function bucketEngine(source: string, ledger: LedgerSetting): Engine {
  bucketSourceFromText(source);
  return filesEngine(source, ledger);
}

function cloudWatchEngine(source: string): Engine {
  cloudWatchSourceFromText(source);
  return deferredEngine('cloudwatch', source, async () => {
    const { createCloudWatchEngine } = await import('./engines/cloudwatch/index.ts');
    return createCloudWatchEngine({ source });
  });
}

function athenaEngine(source: string): Engine {
  athenaSourceFromText(source);
  return deferredEngine('athena', source, async () => {
    const { createAthenaEngine } = await import('./engines/athena/index.ts');
    return createAthenaEngine({ source });
  });
}

function metricsEngine(source: string): Engine {
  metricsSourceFromText(source);
  const engine = deferredEngine('metrics', source, async () => {
    const { createMetricsEngine } = await import('./engines/metrics/index.ts');
    return createMetricsEngine({ source });
  });
  return { ...engine, sumsOnly: true };
}

/** Asks Bedrock's settings in each region, and opens what they name. */
function autoEngine(source: string, ledger: LedgerSetting): Engine {
  const text = source === 'auto' ? 'auto:' : source;
  const { path, list } = sourceTextFrom(text, ['region', 'role'], AUTO_USAGE);
  if (path !== '') throw new SpendError('INVALID_SETTING', `${source}: write ${AUTO_USAGE}.`);
  return deferredEngine('auto', source, async () => {
    const [{ awsTargets }, { loggingOf }] = await Promise.all([
      import('./aws/target.ts'),
      import('./aws/logging-configuration.ts'),
    ]);
    const targets = await awsTargets(list('region'), list('role'));
    const found = targets.map(async (target) => ({ ...target, configuration: await loggingOf(target) }));
    const sources = sourcesFromLogging(await Promise.all(found));
    return uniteEngines(
      'auto',
      sources.join(' and '),
      sources.map((one) => engineFromSource(one, ledger)),
    );
  });
}

const AUTO_USAGE = 'auto, or auto:?region=us-east-1,eu-west-1&role=ROLE-ARN';

function deferredEngine(name: string, source: string, open: () => Promise<Engine>): Engine {
  const { usage, invocations, quote, range, metadataKeys, close } = lazy(open);
  return { name, source, usage, invocations, quote, range, metadataKeys, close };
}
