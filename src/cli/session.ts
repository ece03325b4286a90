import { compose } from '../compose.ts';
import { readSetting } from '../config.ts';
import type { Engine } from '../engines/engine.ts';
import { limitedContext } from '../mcp/limited-context.ts';
import type { ReportContext } from '../reports/context.ts';
import type { BillContext } from '../reports/reconcile/reconcile.ts';
import { createProgressBar } from './progress.ts';

/** Options that say where the data and prices are. */
export interface SourceOptions {
  source?: string;
  prices?: string;
  /** A path; `false` from --no-ledger. */
  ledger?: string | false;
  priceList?: string;
  maxScanUsd?: string;
  maxDayUsd?: string;
  maxClientDayUsd?: string;
  sessionTable?: string;
  keepScans?: string;
  /** A cost report, in place of Cost Explorer. */
  cur?: string;
  budgets?: string;
  pseudonyms?: string;
  audit?: string;
  toolData?: string;
}

/** @param policy of a server with several clients; who runs a command is the operator */
export function composeFromOptions(options: SourceOptions, policy?: string) {
  return compose({
    source: readSetting('source', options.source),
    prices: readSetting('prices', options.prices),
    ledger: options.ledger === false ? false : readSetting('ledger', options.ledger),
    priceList: readSetting('priceList', options.priceList),
    priceListUrl: readSetting('priceListUrl'),
    maxScanUsd: readSetting('maxScanUsd', options.maxScanUsd),
    maxDayUsd: readSetting('maxDayUsd', options.maxDayUsd),
    maxClientDayUsd: readSetting('maxClientDayUsd', options.maxClientDayUsd),
    spentTable: readSetting('sessionTable', options.sessionTable),
    scansTable:
      readSetting('keepScans', options.keepScans) === 'off'
        ? undefined
        : readSetting('sessionTable', options.sessionTable),
    cur: readSetting('cur', options.cur),
    budgets: readSetting('budgets', options.budgets),
    policy,
    pseudonyms: readSetting('pseudonyms', options.pseudonyms),
    pseudonymKey: readSetting('pseudonymKey'),
    audit: readSetting('audit', options.audit),
    toolData: readSetting('toolData', options.toolData),
  });
}

/** What came of work over the source. */
interface Outcome<Result> {
  result: Result;
  /** Some of the source is damaged or cannot be read, and is not in the result. */
  isDamaged: boolean;
}

/** Runs work over the source with a progress bar. */
export async function withContext<Result>(
  options: SourceOptions,
  work: (context: ReportContext & BillContext) => Promise<Result>,
): Promise<Outcome<Result>> {
  const { close, ...whole } = await composeFromOptions(options);
  const context = limitedContext(whole, whole.access.rightsOf(undefined));
  const { engine, isDamaged } = watchDamage(context.engine);
  const bar = createProgressBar();
  try {
    const result = await untilInterrupted((signal) =>
      work({ ...context, engine, signal, onProgress: bar.show, budget: whole.budgetFor?.(undefined) }),
    );
    return { result, isDamaged: isDamaged() };
  } finally {
    bar.clear();
    await close();
  }
}

/** Not every answer tells what it rests on, but every command must end with what damage there was. */
function watchDamage(engine: Engine): { engine: Engine; isDamaged(): boolean } {
  let isDamaged = false;
  const watched: Engine = {
    ...engine,
    async usage(query, work) {
      const answer = await engine.usage(query, work);
      isDamaged ||= answer.coverage.damagedFiles.length > 0;
      return answer;
    },
  };
  return { engine: watched, isDamaged: () => isDamaged };
}

/** Runs work that Ctrl-C stops cleanly. A second Ctrl-C ends the process. */
export async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  return work(interrupt.signal).finally(() => process.off('SIGINT', onInterrupt));
}
