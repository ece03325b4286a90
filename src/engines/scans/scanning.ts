import { throwIfCancelled } from '../../domain/errors.ts';
import { type Coverage, type Engine, sumsOf, type UsageAnswer, type Work } from '../engine.ts';
import { type InvocationGroup, usageRowsFromGroups } from '../grouping/grouping.ts';
import { type Quote, sumOfQuotes } from '../quote.ts';
import { createFlights } from './flights.ts';
import { KEPT_SCANS, type KeptPool, type KeptScan } from './kept-scans.ts';
import { covers, isAsked, type Scan, scanFromQuery, widened } from './scan.ts';
import type { ScanResult } from './scan-result.ts';
import { type Candidates, type TopRequest, topInvocations } from './top.ts';

/** A source that takes time and money to look into, and answers with sums. */
export interface ScanningOptions {
  name: string;
  /** As the user wrote it. */
  source: string;
  /**
   * Looks.
   * @param atOnce undefined rather than a second look, when there are more groups than the source gives at once
   */
  find(scan: Scan, work: Work, atOnce: boolean): Promise<ScanResult | undefined>;
  /**
   * Gives the requests with the largest bounds.
   * @param merge false: the service could not merge the records of these requests
   */
  requests(scan: Scan, ask: TopRequest, work: Work, merge: boolean): Promise<Candidates>;
  quote(scan: Scan, work: Work): Promise<Quote>;
  /** What this source cannot see or count. */
  notes(found: ScanResult, asked: Scan): Promise<readonly string[]>;
  range: Engine['range'];
  metadataKeys: Engine['metadataKeys'];
  close: Engine['close'];
  now?: () => number;
  /** Default: the one of this process. */
  pool?: KeptPool;
}

/** What was found in a period that goes on is kept this long: long enough for the questions that follow on the first. */
const FRESH_MS = 15 * 60_000;

/** Until this long after its end, a period can still get records: Bedrock delivers them within seconds, queues can hold them longer. */
const SETTLED_MS = 15 * 60_000;

/**
 * An engine over a source that is scanned. It asks for more than the question needs where that costs nothing more, and keeps what
 * it found, so that further questions about the same time do not scan again.
 */
export function createScanningEngine(options: ScanningOptions): Engine {
  const { now = Date.now, pool = KEPT_SCANS } = options;
  const kept = pool.open();
  const scans = createFlights<Scan, KeptScan>();
  const looks = createFlights<string, Candidates>();
  const keys = createFlights<'keys', string[]>();
  /** The longest period for which the wide scan is not too much. */
  let wideUpToMs = Number.POSITIVE_INFINITY;

  const isFresh = ({ scan, at }: KeptScan) => scan.to + SETTLED_MS <= at || now() - at < FRESH_MS;

  function keptFor(asked: Scan): KeptScan | undefined {
    kept.retain(isFresh);
    return kept.find(({ scan }) => covers(scan, asked));
  }

  const isWide = ({ from, to }: Scan) => to - from < wideUpToMs;

  async function runScan(asked: Scan, work: Work): Promise<Pick<KeptScan, 'scan' | 'found'>> {
    if (isWide(asked)) {
      const scan = widened(asked);
      const found = await options.find(scan, work, true);
      if (found) return { scan, found };
      wideUpToMs = asked.to - asked.from;
    }
    return { scan: asked, found: (await options.find(asked, work, false)) as ScanResult };
  }

  async function scanAndKeep(asked: Scan, work: Work): Promise<KeptScan> {
    const at = now();
    const entry = { ...(await runScan(asked, work)), at };
    kept.add(entry);
    return entry;
  }

  async function find(asked: Scan, work: Work): Promise<KeptScan> {
    throwIfCancelled(work.signal);
    for (;;) {
      const known = keptFor(asked);
      if (known) return known;
      const entry = await scans.share(
        isWide(asked) ? widened(asked) : asked,
        work,
        (other) => covers(other, asked),
        (shared) => scanAndKeep(asked, shared),
      );
      // Somebody else’s wide look can have become a narrow one.
      if (covers(entry.scan, asked)) return entry;
    }
  }

  function requests(asked: Scan, ask: TopRequest, work: Work, merge: boolean): Promise<Candidates> {
    const scan = widened(asked);
    const what = JSON.stringify([scan, [...ask.bounds], ask.where, ask.limit, merge]);
    return looks.share(
      what,
      work,
      (other) => other === what,
      (shared) => options.requests(scan, ask, shared, merge),
    );
  }

  return {
    name: options.name,
    source: options.source,
    async usage(query, work = {}): Promise<UsageAnswer> {
      const asked = scanFromQuery(query);
      const { found, scan, at } = await find(asked, work);
      const groups = groupsOf(found, asked);
      const notes = [...(await options.notes(found, asked)), ...ageNote(scan, at, now())];
      return { rows: await usageRowsFromGroups(groups, query, work), coverage: coverageOf(groups, found, notes) };
    },
    async invocations(query, work = {}) {
      const asked = scanFromQuery(sumsOf(query));
      const { found } = await find(asked, work);
      const ask = (what: TopRequest) => requests(asked, what, work, found.unmerged === 0);
      return topInvocations(groupsOf(found, asked), query, ask, work);
    },
    async quote(query, work = {}) {
      const requests = 'prices' in query;
      const asked = scanFromQuery(requests ? sumsOf(query) : query);
      const known = keptFor(asked) !== undefined;
      if (known && !requests) return { bytes: 0, usd: '0', seconds: 0, notes: ['It was read already and is kept.'] };
      const once = await options.quote(asked, work);
      return requests ? sumOfQuotes(Array(known ? 1 : 2).fill(once), 'one after another') : once;
    },
    range: options.range,
    metadataKeys: (work = {}) => keys.share('keys', work, () => true, options.metadataKeys),
    async close() {
      kept.close();
      await options.close();
    },
  };
}

function groupsOf({ groups }: ScanResult, asked: Scan): InvocationGroup[] {
  return groups.filter(({ at, attributes }) => at >= asked.from && at < asked.to && isAsked(attributes.region, asked));
}

function coverageOf(groups: readonly InvocationGroup[], found: ScanResult, notes: readonly string[]): Coverage {
  let [records, invocations] = [0, 0];
  let first: number | undefined;
  let last: number | undefined;
  for (const group of groups) {
    records += group.records;
    invocations += group.counts.invocations;
    first = Math.min(first ?? group.first, group.first);
    last = Math.max(last ?? group.last, group.last);
  }
  return {
    files: 0,
    records,
    invocations,
    duplicates: records - invocations,
    malformed: Object.values(found.malformed).reduce((sum, count) => sum + count, 0),
    malformedReasons: found.malformed,
    damagedFiles: [],
    skippedFiles: 0,
    first,
    last,
    notes,
  };
}

/** An answer that misses the last minutes says so. */
function ageNote(scan: Scan, at: number, now: number): string[] {
  if (scan.to + SETTLED_MS <= at || now - at < 60_000) return [];
  return [
    `As read at ${new Date(at).toISOString().slice(0, 16)}Z; it is read again ${FRESH_MS / 60_000} minutes after that.`,
  ];
}
