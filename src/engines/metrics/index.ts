import { textFromUsd, usdFromText } from '../../domain/money.ts';
import { DAY_MS } from '../../domain/period.ts';
import { memoizeFor } from '../../lazy.ts';
import type { Engine, InvocationsQuery, TimeRange, UsageQuery, Work } from '../engine.ts';
import type { Quote } from '../quote.ts';
import { isAsked, type Scan } from '../scans/scan.ts';
import { NOTHING } from '../scans/scan-result.ts';
import { createScanningEngine } from '../scans/scanning.ts';
import { cellMsOf, KEPT_DAYS } from './cells.ts';
import { METRICS } from './counters.ts';
import { foundFromReadings, type MetricsResult } from './groups.ts';
import { type Clients, closeTarget, type MetricsTarget, openTargets } from './metrics-target.ts';
import { notesOn } from './notes.ts';
import { offeredSeries, reachesBehindList } from './offered.ts';
import { checkFilters, noRequests, unknownDimensionsNote } from './question.ts';
import { readSeries, type Slice } from './readings.ts';
import { listSeries, type Series } from './series.ts';
import { metricsSourceFromText } from './source.ts';

export interface MetricsOptions extends Clients {
  /** `metrics:?region=…&role=…` */
  source: string;
  now?: () => number;
}

/** GetMetricData, USD for each metric requested, https://aws.amazon.com/cloudwatch/pricing/; ListMetrics is within the free requests. */
const USD_PER_METRIC = usdFromText('0.00001');

/** Answers from the metrics that Bedrock publishes in every account, whether or not its calls are logged. They know no people. */
export function createMetricsEngine({ source, now = Date.now, ...clients }: MetricsOptions): Engine {
  const parsed = metricsSourceFromText(source);
  const open = memoizeFor(() => openTargets(parsed, clients));

  const askedTargets = async (scan: Scan) => (await open()).filter(({ region }) => isAsked(region, scan));

  const engine = createScanningEngine({
    name: 'metrics',
    source,
    now,
    // Looking wider finds nothing more: what metrics know, they always tell.
    async find(scan, work) {
      const slice = { from: scan.from, to: scan.to, cellMs: cellMsOf(scan, now()) };
      const targets = await askedTargets(scan);
      return allOf(await Promise.all(targets.map((target) => findIn(target, slice, now(), work))));
    },
    requests: () => Promise.reject(noRequests()),
    async quote(scan, work) {
      cellMsOf(scan, now());
      const targets = await askedTargets(scan);
      return quoteOf(await Promise.all(targets.map((target) => knownSeries(target, scan.from, now(), work))));
    },
    // Found by this engine, so it has what this engine adds.
    notes: async (found, asked) => notesOn(found as MetricsResult, asked, now()),
    range: async (work = {}) => rangeOf(await open(), now(), work),
    metadataKeys: async () => [],
    async close() {
      for (const target of (await open.opened()) ?? []) closeTarget(target);
    },
  });

  return {
    ...engine,
    sumsOnly: true,
    async usage(query, work) {
      checkQuestion(query);
      const { rows, coverage } = await engine.usage(query, work);
      return {
        rows,
        coverage: { ...coverage, notes: [...unknownDimensionsNote(query.by), ...(coverage.notes ?? [])] },
      };
    },
    invocations: () => Promise.reject(noRequests()),
    async quote(query, work) {
      checkQuestion(query);
      return engine.quote(query, work);
    },
  };
}

function checkQuestion(query: UsageQuery | InvocationsQuery): void {
  if ('prices' in query || query.only !== undefined) throw noRequests();
  checkFilters(query.where);
}

/** Series that have data now, and those that may have had some earlier in a period. */
interface Known {
  listed: Series[];
  offered: Series[];
  unlisted: MetricsResult['unlisted'];
}

async function knownSeries(target: MetricsTarget, from: number, now: number, work: Work): Promise<Known> {
  const listed = await listSeries(target, work);
  if (!reachesBehindList(from, now)) return { listed, offered: [], unlisted: undefined };
  const offered = await offeredSeries(target, listed, work);
  return { listed, offered: offered ?? [], unlisted: offered ? 'asked' : 'unknown' };
}

/** Of the many models on offer most were never used, which one metric of each tells. */
const PROBE = ['Invocations'];

async function findIn(target: MetricsTarget, slice: Slice, now: number, work: Work): Promise<MetricsResult> {
  const known = await knownSeries(target, slice.from, now, work);
  await work.budget?.take(quoteOf([known]));
  const { listed, offered, unlisted } = known;
  const used = [...(await readSeries(target, offered, PROBE, slice, work))]
    .filter(([, cells]) => cells.size > 0)
    .map(([series]) => series);
  const readings = await readSeries(target, [...listed, ...used], METRICS, slice, work);
  return { ...foundFromReadings(target, readings, slice.cellMs), unlisted };
}

function allOf(parts: readonly MetricsResult[]): MetricsResult {
  return {
    ...NOTHING,
    groups: parts.flatMap(({ groups }) => groups),
    throttled: parts.flatMap(({ throttled }) => throttled),
    uneven: [...new Set(parts.flatMap(({ uneven }) => uneven))],
    unlisted: parts.find(({ unlisted }) => unlisted === 'unknown')?.unlisted ?? parts[0]?.unlisted,
  };
}

function priceOf(metrics: number): string {
  return textFromUsd(USD_PER_METRIC.times(metrics));
}

function quoteOf(known: readonly Known[]): Quote {
  const metrics = known.reduce((sum, { listed, offered }) => sum + listed.length * METRICS.length + offered.length, 0);
  return {
    bytes: 0,
    usd: priceOf(metrics),
    seconds: undefined,
    notes: [`${metrics.toLocaleString('en-US')} metrics at $0.01 for 1,000 (GetMetricData, us-east-1).`],
  };
}

/** By whole days, which is as near as a few numbers tell. */
async function rangeOf(targets: readonly MetricsTarget[], now: number, work: Work): Promise<TimeRange> {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const slice = { from: today - KEPT_DAYS * DAY_MS, to: today + DAY_MS, cellMs: DAY_MS };
  const days = await Promise.all(
    targets.map(async (target) => {
      const { listed, offered } = await knownSeries(target, slice.from, now, work);
      const whole = [...listed, ...offered].filter(({ resolvedTier }) => resolvedTier === undefined);
      await work.budget?.take({ usd: priceOf(whole.length) });
      const readings = await readSeries(target, whole, PROBE, slice, work);
      return [...readings.values()].flatMap((cells) =>
        [...cells].flatMap(([at, sums]) => (sums.successes > 0 ? at : [])),
      );
    }),
  );
  const sorted = days.flat().sort((a, b) => a - b);
  const last = sorted.at(-1);
  return { first: sorted[0], last: last === undefined ? undefined : Math.min(last + DAY_MS - 1000, now) };
}
