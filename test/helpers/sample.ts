import { readFileSync } from 'node:fs';
import { SAMPLE_LOGS } from '../../src/cli/demo.ts';
import { compose } from '../../src/compose.ts';
import type { Measures } from '../../src/reports/report.ts';

interface ExpectedCaching {
  gross_saved_usd: string;
  write_surcharge_usd: string;
  never_read_tokens: number;
  wasted_usd: string;
  five_minutes_instead_usd: string;
}

/** The sample month, and the sums its generator computed without our code. */
export { SAMPLE_LOGS };

export const EXPECTED = JSON.parse(readFileSync('examples/sample-logs/expected.json', 'utf8')) as {
  period: { from: string; to: string };
  totals: Measures;
  coverage: { records: number; invocations: number; duplicates: number; malformed: number };
  by: Record<string, Record<string, Measures>>;
  dearest: { request_id: string; at: string; principal: string; model: string; cost_usd: string }[];
  largest_unpriced: { request_id: string; at: string; principal: string; model: string }[];
  /** Dollars of two periods, or of the same calls as they might have been. */
  changes: Record<'runaway' | 'dearer_model' | 'europe' | 'intents', Record<string, string>>;
  /** By `caller model`: what caches saved and cost. */
  caching: Record<string, ExpectedCaching>;
  /** By `caller model`, and error code or hour: what brought little or nothing. */
  waste: {
    failed: Record<string, Measures>;
    truncated: Record<string, Measures>;
    retry_storms: Record<string, Measures>;
    large_for_little: { prompt_at_least: number; output_at_most: number; by: Record<string, Measures> };
    dearer_routing_usd: Record<string, string>;
  };
};

export const OCTOBER = { from: '2026-10-01', to: '2026-11-01' };

type Dependencies = Awaited<ReturnType<typeof composeUnread>>;

const read = new Map<string | undefined, Promise<Dependencies>>();

/** Dependencies over the sample logs, with a fixed clock. They are read once for all files of tests that run in this process. */
export async function composeSample(prices?: string): Promise<Dependencies> {
  const shared = read.get(prices) ?? composeUnread(prices);
  read.set(prices, shared);
  return { ...(await shared), close: async () => {} };
}

/** The same, for tests of the reading. */
export async function composeUnread(prices?: string) {
  return {
    ...(await compose({ source: SAMPLE_LOGS, ledger: false, prices })),
    now: () => Date.parse('2026-11-02T12:00:00Z'),
  };
}
