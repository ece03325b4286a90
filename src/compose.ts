import { join } from 'node:path';
import type { SessionStore, TaskStore } from 'serverless-mcp';
import { type AccessControlOptions, openAccessControl } from './authorization/access-control.ts';
import type { ReadBill } from './bill/bill.ts';
import { engineFromSource, type LedgerSetting, narrowedSource } from './compose-engine.ts';
import type { Alias } from './domain/alias.ts';
import { DAY_MS } from './domain/durations.ts';
import { type Usd, usdFromText } from './domain/money.ts';
import { logEntry } from './domain/printable.ts';
import { throughAthena } from './engines/composite/auto.ts';
import { capEngine } from './engines/composite/capped.ts';
import type { Engine } from './engines/engine.ts';
import { forgivingStore, type ScanStore } from './engines/scans/scan-store.ts';
import { awsTargetsOfSource } from './engines/source-text.ts';
import type { DaySums } from './engines/spending/day-limits.ts';
import { lazy, memoizeFor } from './lazy.ts';
import type { ServerDependencies } from './mcp/dependencies.ts';
import type { LookUpNames } from './names/names.ts';
import type { Prices } from './prices/index.ts';
import type { Budget } from './reports/budgets/budget-file.ts';
import type { ProbeSetup } from './setup/probe.ts';

export interface PriceOptions {
  source?: string | undefined;
  /** Overrides file. */
  prices?: string | undefined;
  /** Default: off. */
  priceList?: 'cached' | 'refresh' | 'off' | undefined;
  /** A mirror of AWS's offer files. */
  priceListUrl?: string | undefined;
}

export interface ComposeOptions extends PriceOptions, AccessControlOptions {
  source: string | undefined;
  /** It runs in instances that come and go, each of which would read a bucket anew: where logs are in S3 alone, `auto` asks Athena. */
  shortLived?: boolean | undefined;
  /** A file, or `false` for none that lasts. */
  ledger?: LedgerSetting;
  /** Most that one question may cost: a plain decimal such as `1.50`. */
  maxScanUsd?: string | Usd | undefined;
  /** Most that all questions of a UTC day may cost. */
  maxDayUsd?: string | Usd | undefined;
  /** Most that the questions of one client may cost in a UTC day. */
  maxClientDayUsd?: string | Usd | undefined;
  /** A DynamoDB table, the sessions’ own, in which all instances count what a day has cost. Default: this process counts. */
  spentTable?: string | undefined;
  /** The same table, where all instances keep what scans found for each other. Default: each keeps its own, in memory. */
  scansTable?: string | undefined;
  /** A cost report, in place of Cost Explorer. */
  cur?: string | undefined;
  /** File of budgets. */
  budgets?: string | undefined;
  /** What tools answer beside text. Default: shown. */
  toolData?: ServerDependencies['toolData'];
  log?: (message: string) => void;
}

/** Puts the parts together: the only file that names concrete drivers. */
export async function compose(asked: ComposeOptions): Promise<ServerDependencies & { close(): Promise<void> }> {
  const options = asked.shortLived ? { ...asked, source: asked.source && throughAthena(asked.source) } : asked;
  // An overrides file is read at once, so that what is wrong with it is said at the start.
  const given = options.prices === undefined ? undefined : await openPrices({ prices: options.prices });
  const budgetFor = await budgetsOf(options);
  const { log: write = console.error } = options;
  const log = (message: string) => write(logEntry(message));
  const open = engineOpener(options, budgetFor, log);
  const engine = open(options.source);
  const narrowed = narrowedEngines(options.source, open, log);
  return {
    access: await openAccessControl(options, toolNames, log),
    toolData: options.toolData,
    engine,
    budgetFor,
    narrowed: narrowed.find,
    prices: memoizeFor(() => openPrices(options).then(({ book }) => book), DAY_MS),
    names: composeNames(options, given?.aliases ?? []),
    probeSetup,
    bill: composeBill(options.cur),
    budgets: () => readBudgets(options.budgets),
    metricsIn: (regions) => metricsIn(regions, options.source),
    now: Date.now,
    log,
    async close() {
      await Promise.all([engine.close(), narrowed.close()]);
    },
  };
}

/** Loaded for a policy: what a command needs of tools is a part of one. */
const toolNames = async () => (await import('./mcp/listed.ts')).LISTED.tools.map(({ name }) => name);

async function readBudgets(file: string | undefined): Promise<readonly Budget[]> {
  return file === undefined ? [] : (await import('./reports/budgets/budget-file.ts')).readBudgets(file);
}

type OpenEngine = (source: string | undefined) => Engine;

function engineOpener(
  { ledger, scansTable }: ComposeOptions,
  budgetFor: BudgetFor | undefined,
  log: (message: string) => void,
): OpenEngine {
  const scans = scansTable === undefined ? undefined : forgivingStore(composeScanStore(scansTable), log);
  return (source) => {
    const engine = engineFromSource(source, ledger, scans);
    return budgetFor ? capEngine(engine, () => budgetFor(undefined)) : engine;
  };
}

type BudgetFor = NonNullable<ServerDependencies['budgetFor']>;

/** What each question may spend on scans; undefined where nobody set a limit. */
async function budgetsOf(options: ComposeOptions): Promise<BudgetFor | undefined> {
  const [maxUsd, maxDayUsd, maxClientDayUsd] = [options.maxScanUsd, options.maxDayUsd, options.maxClientDayUsd].map(
    usd,
  );
  if (!maxUsd && !maxDayUsd && !maxClientDayUsd) return undefined;
  const [{ createScanBudget }, { createDayLimits, createMemoryDaySums }] = await Promise.all([
    import('./engines/spending/scan-budget.ts'),
    import('./engines/spending/day-limits.ts'),
  ]);
  const sums = options.spentTable === undefined ? createMemoryDaySums() : composeDaySums(options.spentTable);
  const limitOf = createDayLimits({ sums, maxUsd: maxDayUsd, maxClientUsd: maxClientDayUsd, now: Date.now });
  return (principal) => createScanBudget({ maxUsd, days: limitOf(principal) });
}

const usd = (amount: string | Usd | undefined) => (typeof amount === 'string' ? usdFromText(amount) : amount);

/** What scans found, in the sessions’ table. */
function composeScanStore(table: string): ScanStore {
  return lazy(async () => {
    const { createDynamoScanStore } = await import('./engines/scans/dynamodb/scan-rows.ts');
    return createDynamoScanStore(table);
  });
}

/** Sums in the sessions’ table. */
function composeDaySums(table: string): DaySums {
  return lazy(async () => {
    const { createDynamoDaySums } = await import('./engines/spending/dynamodb/day-sums.ts');
    return createDynamoDaySums(table);
  });
}

/** Engines that are kept for clients' log groups; each keeps what it found. */
const MOST_NARROWED = 8;

/** Engines for a log group or region that a client names, where the operator's source leaves open which it is. */
function narrowedEngines(text: string | undefined, openEngine: OpenEngine, log: (message: string) => void) {
  const open = new Map<string, Engine>();
  return {
    find(what: { group?: string | undefined; region?: string | undefined }): Engine | undefined {
      const source = text && narrowedSource(text, what);
      if (!source) return undefined;
      const engine = open.get(source) ?? openEngine(source);
      open.delete(source);
      open.set(source, engine);
      for (const [oldest, other] of [...open].slice(0, -MOST_NARROWED)) {
        open.delete(oldest);
        other.close().catch((error) => log(error.message));
      }
      return engine;
    },
    async close() {
      await Promise.all([...open.values()].map((engine) => engine.close()));
    },
  };
}

/** What the user's file says, then what AWS says of the source's own accounts. */
function composeNames({ source }: ComposeOptions, given: readonly Alias[]): LookUpNames {
  const targets = source === undefined ? undefined : awsTargetsOfSource(source);
  if (targets === undefined) return async () => ({ aliases: given, notes: [] });
  const open = memoizeFor(async () => {
    const { createBedrockNames } = await import('./names/bedrock/index.ts');
    return createBedrockNames({ ...targets, memory: await cacheFile('names.json') });
  });
  return async (needed) => {
    const { aliases, notes } = await (await open())(needed);
    const known = new Set(given.map(({ unresolved }) => unresolved));
    return { aliases: [...given, ...aliases.filter(({ unresolved }) => !known.has(unresolved))], notes };
  };
}

/** Loaded when a price is asked for: the tables are half a megabyte. @throws SpendError INVALID_OVERRIDES */
export async function openPrices(options: PriceOptions): Promise<Prices> {
  const { pricesWithOverrides } = await import('./prices/index.ts');
  const { source, prices, priceList = 'off', priceListUrl } = options;
  if (priceList === 'off') return pricesWithOverrides(prices);
  if (priceList === 'refresh')
    return pricesWithOverrides(prices, await readPriceList(priceRegions(source), priceListUrl));
  const { cachedPriceList } = await import('./prices/aws/index.ts');
  return pricesWithOverrides(prices, await cachedPriceList({ cache: await priceListFile(), now: Date.now }));
}

/** Reads AWS's price list of some regions, if that was not done today. */
export async function readPriceList(regions: readonly string[], base: string | undefined) {
  const { openPriceList } = await import('./prices/aws/index.ts');
  return openPriceList({ regions, base, cache: await priceListFile(), now: Date.now });
}

/** @param name of a file in the user's cache folder */
async function cacheFile(name: string): Promise<string> {
  const { default: envPaths } = await import('env-paths');
  return join(envPaths('bedrock-spend', { suffix: '' }).cache, name);
}

const priceListFile = () => cacheFile('price-list.json');

/** The regions that a source names, or the environment's own: the list of each is some megabytes. */
function priceRegions(source: string | undefined): string[] {
  const named = source === undefined ? [] : (awsTargetsOfSource(source)?.regions ?? []);
  return named.length > 0 ? named : [process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1'];
}

/** Asks AWS what is set up, with the environment's credentials. */
export const probeSetup: ProbeSetup = async (regions, signal) => {
  const { createAwsSetupProbe } = await import('./setup/aws/index.ts');
  return createAwsSetupProbe()(regions, signal);
};

/** The bill: from the operator's cost report, or else from Cost Explorer. */
function composeBill(cur: string | undefined): ReadBill {
  return async (period, signal) => {
    if (cur !== undefined) return (await import('./bill/cur.ts')).createCurBill(cur)(period, signal);
    return (await import('./bill/cost-explorer.ts')).createCostExplorerBill()(period, signal);
  };
}

/** Metrics of the accounts that the source's logs are of, as far as it names their roles. */
function metricsIn(regions: readonly string[], source = ''): Engine {
  const roles = awsTargetsOfSource(source)?.roles ?? [];
  return engineFromSource(`metrics:?${new URLSearchParams({ region: regions.join(), role: roles.join() })}`, false);
}

/** Sessions in a DynamoDB table. */
export function composeSessionStore(table: string): SessionStore {
  return lazy(async () => {
    const { createDynamoSessionStore } = await import('serverless-mcp/dynamodb');
    return createDynamoSessionStore({ table });
  });
}

/** Tasks in the same table. */
export function composeTaskStore(table: string): TaskStore {
  return lazy(async () => {
    const { createDynamoTaskStore } = await import('serverless-mcp/dynamodb');
    return createDynamoTaskStore({ table });
  });
}
