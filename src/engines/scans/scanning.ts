import { throwIfCancelled } from '../../domain/errors.ts';
import { type Coverage, type Engine, sumsOf, type UsageAnswer, type Work } from '../engine.ts';
import { type InvocationGroup, usageRowsFromGroups } from '../grouping/grouping.ts';
import { type Quote, sumOfQuotes } from '../quote.ts';
import { createFlights } from './flights.ts';
import { KEPT_SCANS, type KeptPool, type KeptScan } from './kept-scans.ts';
import { covers, isAsked, type Scan, scanFromQuery, widened } from './scan.ts';
import type { ScanResult } from './scan-result.ts';
import type { ScanStore } from './scan-store.ts';
import { createSharedScans, joined, type Known, partedAt, restOf } from './shared-scans.ts';
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
   * @param found what a scan found of the same requests
   */
  requests(scan: Scan, ask: TopRequest, work: Work, found: FoundBefore): Promise<Candidates>;
  quote(scan: Scan, work: Work): Promise<Quote>;
  /** What this source cannot see or count. */
  notes(found: ScanResult, asked: Scan): Promise<readonly string[]>;
  range: Engine['range'];
  metadataKeys: Engine['metadataKeys'];
  close: Engine['close'];
  now?: () => number;
  /** Default: the one of this process. */
  pool?: KeptPool;
  /** Where instances keep what scans found for each other. */
  shared?: SharedSource | undefined;
}

/** Whether the service could merge the records of requests, and how many it had to look at one by one. */
export type FoundBefore = Pick<ScanResult, 'unmerged' | 'lookedAt'>;

/** A source whose scans are kept for other instances. */
export interface SharedSource {
  store: ScanStore;
  /** What decides, besides a scan, which logs are read, and how they are read. */
  identity(work: Work): Promise<string>;
}

/** What was found in a period that goes on is kept this long: long enough for the questions that follow on the first. */
const FRESH_MS = 15 * 60_000;

type Found = Pick<KeptScan, 'scan' | 'found' | 'shared'>;

const NOTHING_KNOWN: Known = { settled: 0, head: undefined };

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
  const sharedScans = options.shared && createSharedScans({ ...options.shared, now });
  /** The longest period for which the wide scan is not too much. */
  let wideUpToMs = Number.POSITIVE_INFINITY;

  const isFresh = ({ scan, at }: KeptScan) => scan.to + SETTLED_MS <= at || now() - at < FRESH_MS;

  function keptFor(asked: Scan, { rights }: Work): KeptScan | undefined {
    kept.retain(isFresh);
    return kept.find((one) => covers(one.scan, asked) && (!one.shared || one.shared.rights === rights));
  }

  const isWide = ({ from, to }: Scan) => to - from < wideUpToMs;

  /** What is kept for other instances, of the wide scan or of the narrow one. */
  const knownFor = async (asked: Scan, work: Work): Promise<Known> =>
    (await sharedScans?.known(isWide(asked) ? [widened(asked), asked] : [asked], work)) ?? NOTHING_KNOWN;

  async function scanWhole(asked: Scan, { settled }: Known, work: Work): Promise<Found> {
    const parted = partedAt(asked, settled);
    if (isWide(asked)) {
      const scan = widened(parted);
      const found = await options.find(scan, work, true);
      if (found) return { scan, found };
      wideUpToMs = asked.to - asked.from;
    }
    return { scan: parted, found: (await options.find(parted, work, false)) as ScanResult };
  }

  /** @returns undefined where the rest has more groups than the source gives at once */
  async function scanRest(known: Known, work: Work): Promise<Found | undefined> {
    const { head } = known;
    if (!head) return undefined;
    const rest = restOf(known);
    const found = rest && (await options.find(rest, work, true));
    if (rest && !found) return undefined;
    const { since, to: until } = head.kept;
    return {
      scan: rest ? { ...head.scan, edges: rest.edges } : head.scan,
      found: joined(head, found),
      shared: { until, since, rights: work.rights },
    };
  }

  async function scanAndKeep(asked: Scan, work: Work): Promise<KeptScan> {
    const at = now();
    const known = await knownFor(asked, work);
    const completed = await scanRest(known, work);
    const entry = { ...(completed ?? (await scanWhole(asked, known, work))), at };
    kept.add(entry);
    await sharedScans?.keep(entry.scan, entry.found, completed ? known : { ...known, head: undefined }, work);
    return entry;
  }

  async function find(asked: Scan, work: Work): Promise<KeptScan> {
    throwIfCancelled(work.signal);
    for (;;) {
      const known = keptFor(asked, work);
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

  /** What is to be scanned for sums; undefined: nothing. */
  async function unread(asked: Scan, work: Work): Promise<Scan | undefined> {
    const known = await knownFor(asked, work);
    return known.head ? restOf(known) : asked;
  }

  function requests(asked: Scan, ask: TopRequest, work: Work, found: FoundBefore): Promise<Candidates> {
    const scan = widened(asked);
    const what = JSON.stringify([scan, [...ask.bounds], ask.where, ask.limit, found.unmerged === 0]);
    return looks.share(
      what,
      work,
      (other) => other === what,
      (shared) => options.requests(scan, ask, shared, found),
    );
  }

  return {
    name: options.name,
    source: options.source,
    async usage(query, work = {}): Promise<UsageAnswer> {
      const asked = scanFromQuery(query);
      const { found, scan, at, shared } = await find(asked, work);
      const groups = groupsOf(found, asked);
      const notes = [...(await options.notes(found, asked)), ...sharedNote(shared), ...ageNote(scan, at, now())];
      return { rows: await usageRowsFromGroups(groups, query, work), coverage: coverageOf(groups, found, notes) };
    },
    async invocations(query, work = {}) {
      const asked = scanFromQuery(sumsOf(query));
      const { found } = await find(asked, work);
      const ask = (what: TopRequest) => requests(asked, what, work, found);
      return topInvocations(groupsOf(found, asked), query, ask, work);
    },
    async quote(query, work = {}) {
      const requests = 'prices' in query;
      const asked = scanFromQuery(requests ? sumsOf(query) : query);
      const scan = keptFor(asked, work) ? undefined : await unread(asked, work);
      const sums = scan && (await options.quote(scan, work));
      if (!requests) return sums ?? { bytes: 0, usd: '0', seconds: 0, notes: ['It was read already and is kept.'] };
      return sumOfQuotes([...(sums ? [sums] : []), await options.quote(asked, work)], 'one after another');
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

/** What was not scanned for this answer, nor by this instance. */
function sharedNote(shared: KeptScan['shared']): string[] {
  if (!shared) return [];
  return [
    `What is older than ${minuteOf(shared.until)} was not scanned again: it is as scans found it since ${minuteOf(shared.since)}, kept in the session table.`,
  ];
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

/** An answer that misses the last minutes says so. */
function ageNote(scan: Scan, at: number, now: number): string[] {
  if (scan.to + SETTLED_MS <= at || now - at < 60_000) return [];
  return [`As read at ${minuteOf(at)}; it is read again ${FRESH_MS / 60_000} minutes after that.`];
}
