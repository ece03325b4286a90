import { SpendError } from './domain/errors.ts';
import { athenaSourceFromText } from './engines/athena/source.ts';
import { cloudWatchSourceFromText } from './engines/cloudwatch/source.ts';
import { autoSourceFromText, sourcesFromLogging } from './engines/composite/auto.ts';
import { uniteEngines } from './engines/composite/union.ts';
import type { Engine } from './engines/engine.ts';
import { checkPath } from './engines/files/path.ts';
import { bucketSourceFromText } from './engines/files/s3/source.ts';
import { metricsSourceFromText } from './engines/metrics/source.ts';
import type { ScanStore } from './engines/scans/scan-store.ts';
import { lazy } from './lazy.ts';

/** Where the ledger of an embedded engine is kept; `false`: nowhere that lasts. */
export type LedgerSetting = string | false | undefined;

/**
 * Opens a source at the first question: loading DuckDB, 70 MB of native code, or the AWS SDK would make every start wait for it.
 * What is wrong with its text is said at once.
 * @param scans where instances keep what scans found for each other
 * @throws SpendError SOURCE_NOT_FOUND, SOURCE_UNSUPPORTED or INVALID_SETTING
 */
export function engineFromSource(source: string | undefined, ledger: LedgerSetting, scans?: ScanStore): Engine {
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
  return open(source, ledger, scans);
}

type Open = (source: string, ledger: LedgerSetting, scans: ScanStore | undefined) => Engine;

const SCHEMES: Readonly<Record<string, Open>> = {
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
  // With ERR_ before it where it was imported, without where a package written as CommonJS asked.
  if (!error.code?.endsWith('MODULE_NOT_FOUND')) throw error;
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

function cloudWatchEngine(source: string, _: LedgerSetting, scans: ScanStore | undefined): Engine {
  cloudWatchSourceFromText(source);
  return deferredEngine('cloudwatch', source, async () => {
    const { createCloudWatchEngine } = await import('./engines/cloudwatch/index.ts');
    return createCloudWatchEngine({ source, scans });
  });
}

function athenaEngine(source: string, _: LedgerSetting, scans: ScanStore | undefined): Engine {
  athenaSourceFromText(source);
  return deferredEngine('athena', source, async () => {
    const { createAthenaEngine } = await import('./engines/athena/index.ts');
    return createAthenaEngine({ source, scans });
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
function autoEngine(source: string, ledger: LedgerSetting, scans: ScanStore | undefined): Engine {
  const { regions, roles, s3 } = autoSourceFromText(source);
  return deferredEngine('auto', source, async () => {
    const [{ awsTargets }, { loggingOf }] = await Promise.all([
      import('./aws/target.ts'),
      import('./aws/logging-configuration.ts'),
    ]);
    const targets = await awsTargets(regions, roles);
    const found = targets.map(async (target) => ({ ...target, configuration: await loggingOf(target) }));
    const sources = sourcesFromLogging(await Promise.all(found), s3);
    return uniteEngines(
      'auto',
      sources.join(' and '),
      sources.map((one) => engineFromSource(one, ledger, scans)),
    );
  });
}

function deferredEngine(name: string, source: string, open: () => Promise<Engine>): Engine {
  const { usage, invocations, quote, range, metadataKeys, close } = lazy(open);
  return { name, source, usage, invocations, quote, range, metadataKeys, close };
}

/**
 * The source with a log group or a region that somebody asks for, where it names none itself: what the operator has fixed stays.
 * @returns undefined when there is nothing to add, or what is asked for is not open
 */
export function narrowedSource(
  text: string,
  { group, region }: { group?: string | undefined; region?: string | undefined },
): string | undefined {
  if (!/^(cloudwatch:|auto(:|$))/.test(text)) return undefined;
  const source = fixedIn(text);
  const groups = group !== undefined && source.groups.length === 0 ? [group] : source.groups;
  const regions = region !== undefined && source.regions.length === 0 ? [escaped(region)] : source.regions;
  if (groups === source.groups && regions === source.regions) return undefined;
  const open = text.startsWith('auto') ? 'auto:' : 'cloudwatch:';
  const scheme = groups.length > 0 ? `cloudwatch:${groups.map(escaped).join(',')}` : open;
  const parameters = [
    ...(regions.length > 0 ? [`region=${regions.join(',')}`] : []),
    ...(source.roles.length > 0 ? [`role=${source.roles.join(',')}`] : []),
    ...(scheme === 'auto:' ? source.ofAuto : source.via),
  ];
  return `${scheme}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
}

/** What a source says, with its further parameters as they are written. */
function fixedIn(text: string) {
  if (!text.startsWith('auto')) {
    const { via, ...source } = cloudWatchSourceFromText(text);
    return { ...source, via: via === undefined ? [] : [`via=${via}`], ofAuto: [] };
  }
  const { s3, ...source } = autoSourceFromText(text);
  return { ...source, groups: [], via: [], ofAuto: s3 === 'files' ? [] : ['s3=athena', ...s3] };
}

/** What a caller writes must not become a parameter, such as a role to take. */
function escaped(text: string): string {
  return text.replace(/[%?&,#=]/g, encodeURIComponent);
}
