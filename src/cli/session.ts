import { compose } from '../compose.ts';
import { readSetting } from '../config.ts';
import { limitedContext } from '../mcp/limited-context.ts';
import type { ReportContext } from '../reports/context.ts';
import type { BillContext } from '../reports/reconcile.ts';
import { createProgressBar } from './progress.ts';

/** Options that say where the data and prices are. */
export interface SourceOptions {
  source?: string;
  prices?: string;
  /** A path; `false` from --no-ledger. */
  ledger?: string | false;
  priceList?: string;
  maxScanUsd?: string;
  /** A cost report, in place of Cost Explorer. */
  cur?: string;
  budgets?: string;
  pseudonyms?: string;
  audit?: string;
}

/** @param policy of a server with several callers; who runs a command is the operator */
export function composeFromOptions(options: SourceOptions, policy?: string) {
  return compose({
    source: readSetting('source', options.source),
    prices: readSetting('prices', options.prices),
    ledger: options.ledger === false ? false : readSetting('ledger', options.ledger),
    priceList: readSetting('priceList', options.priceList),
    priceListUrl: readSetting('priceListUrl'),
    maxScanUsd: readSetting('maxScanUsd', options.maxScanUsd),
    cur: readSetting('cur', options.cur),
    budgets: readSetting('budgets', options.budgets),
    policy,
    pseudonyms: readSetting('pseudonyms', options.pseudonyms),
    pseudonymKey: readSetting('pseudonymKey'),
    audit: readSetting('audit', options.audit),
  });
}

/** Runs work over the source with a progress bar. */
export async function withContext<Result>(
  options: SourceOptions,
  work: (context: ReportContext & BillContext) => Promise<Result>,
): Promise<Result> {
  const { close, ...whole } = await composeFromOptions(options);
  const context = limitedContext(whole, whole.access.rightsOf(undefined));
  const bar = createProgressBar();
  try {
    return await untilInterrupted((signal) => work({ ...context, signal, onProgress: bar.show }));
  } finally {
    bar.clear();
    await close();
  }
}

/** Runs work that Ctrl-C stops cleanly. A second Ctrl-C ends the process. */
export async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  return work(interrupt.signal).finally(() => process.off('SIGINT', onInterrupt));
}
