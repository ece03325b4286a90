import { createHash } from 'node:crypto';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import { limitsOfSize } from '../../domain/request-size.ts';
import { each, inTurns, type Steps } from '../../domain/steps.ts';
import { addCounts } from '../../domain/usage.ts';
import { isUnread } from '../../domain/usage-shape.ts';
import type { Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { bytesFromFound, foundFromBytes, type KeptFound, LAYOUT } from './found-codec.ts';
import type { Scan } from './scan.ts';
import { NOTHING, type ScanResult, sumOf } from './scan-result.ts';
import type { ScanStore } from './scan-store.ts';

/** An hour is settled this long after its end: later no record of it is expected, nor a further record of a request that is of it. */
const SETTLED_AFTER_MS = HOUR_MS;

/** Clocks of instances differ no more than this. */
const CLOCKS_MS = 60_000;

/**
 * Records of one request lie no further apart: the longest take 60 minutes
 * (https://docs.aws.amazon.com/nova/latest/nova2-userguide/important-timeout-configuration.html). The rest of a period is read from so
 * much before its beginning, and a request that is of what was read before is told by its first record.
 */
const APART_MS = HOUR_MS;

/** What comes to the logs of a settled hour all the same is missed no longer than this, and so long is kept what was deleted from them. */
const KEPT_MS = 7 * DAY_MS;

/** Some 45,000 groups: three items, which take a tenth of a second to read. */
const MOST_BYTES = 1024 * 1024;

/**
 * A write of DynamoDB is of 1 KB and costs $0.625 a million (https://aws.amazon.com/dynamodb/pricing/on-demand/), a KB scanned by Logs
 * Insights or Athena $0.005 a million: 125 of them. A scan is kept where that adds a tenth to its cost at most, so that who asks what
 * nobody asks again loses little, and what is kept has no bound but what scans may cost.
 */
const SCANNED_FOR_WRITE = 10 * 125 * 1_000;
const WRITE_BYTES = 1_024;

export interface SharedScansOptions {
  store: ScanStore;
  /** What decides which logs are read, and how. */
  identity(work: Work): Promise<string>;
  now: () => number;
}

/** A scan, and what is kept of what it looks for. */
export interface Known {
  /** Until then nothing new is expected, epoch milliseconds. */
  settled: number;
  head: Head | undefined;
}

/** The beginning of a period, or all of it. */
export interface Head {
  /** The whole scan. */
  scan: Scan;
  kept: KeptFound;
}

/**
 * What scans found, for all instances, by question, period and what the asker may see. Whole hours are kept that ended an hour ago: of
 * a period that goes on, the rest is scanned, and what was kept grows.
 */
export function createSharedScans({ store, identity, now }: SharedScansOptions) {
  async function keyOf(scan: Scan, settled: number, work: Work): Promise<string> {
    const { from, to, attributes, cellMs, regions, only } = scan;
    // A period that goes on has one row, however far it has come.
    const until = to <= settled ? to : 'on';
    const question = [from, until, [...attributes].sort(), cellMs, regions && [...regions].sort(), limitsOfSize(only)];
    return hashOf(JSON.stringify([LAYOUT, await identity(work), work.rights, question]));
  }

  async function headOf(scan: Scan, settled: number, work: Work): Promise<Head | undefined> {
    const key = await keyOf(scan, settled, work);
    const bytes = await store.get(key);
    const kept = bytes && (await foundFromBytes(bytes, key, work));
    if (!kept) return undefined;
    // An instance whose clock is ahead took for settled what was not.
    const isSettled = Math.max(kept.since, kept.to + SETTLED_AFTER_MS) <= now() + CLOCKS_MS;
    const isYoung = now() - kept.since < KEPT_MS;
    return isSettled && isYoung && isAligned(kept.to, scan, settled) ? { scan, kept } : undefined;
  }

  async function firstHead(scans: readonly Scan[], settled: number, work: Work): Promise<Head | undefined> {
    for (const scan of scans) {
      const head = settled > scan.from ? await headOf(scan, settled, work) : undefined;
      if (head) return head;
    }
    return undefined;
  }

  /** Whether there is more to keep than is kept. */
  const isMore = ({ settled, head }: Known, { from, to }: Scan) =>
    Math.min(to, settled) > Math.max(from, head?.kept.to ?? 0);

  return {
    /**
     * What is kept for one of several ways to ask. A question that is asked in several runs goes on with what its first run found: what
     * it scans must be asked in the same words each time.
     */
    async known(scans: readonly [Scan, ...Scan[]], work: Work): Promise<Known> {
      const hour = now() - SETTLED_AFTER_MS;
      const settled = hour - (hour % HOUR_MS);
      if (!work.queries) return { settled, head: await firstHead(scans, settled, work) };
      let head: Promise<Head | undefined> | undefined;
      const first = await work.queries.idOf(`kept ${await keyOf(scans[0], 0, work)}`, async () => {
        head = firstHead(scans, settled, work);
        return `${settled} ${(await head) ? 'known' : 'new'}`;
      });
      const [then, was] = first.split(' ');
      if (was === 'new') return { settled: Number(then), head: undefined };
      return { settled: Number(then), head: await (head ?? firstHead(scans, Number(then), work)) };
    },

    /** Keeps what is settled, where it was found whole and keeping costs little beside finding. */
    async keep(scan: Scan, found: ScanResult, known: Known, work: Work): Promise<void> {
      if (!isMore(known, scan) || !isWhole(found, scan.to <= known.settled)) return;
      const key = await keyOf(scan, known.settled, work);
      const since = known.head?.kept.since ?? now();
      const to = Math.min(scan.to, known.settled);
      const groups = await inTurns(compacted(found.groups, { ...scan, to }), work);
      const kept = { key, from: scan.from, to, since, lookedAt: found.lookedAt, malformed: found.malformed, groups };
      const bytes = await bytesFromFound(kept, work);
      if (!bytes || bytes.length > MOST_BYTES) return;
      if (Math.ceil(bytes.length / WRITE_BYTES) * SCANNED_FOR_WRITE > found.bytes) return;
      await store.put(key, bytes, since + KEPT_MS);
    },
  };
}

export type SharedScans = ReturnType<typeof createSharedScans>;

/** What is left to scan of a period whose beginning is known; undefined: nothing. */
export function restOf({ settled, head }: Known): Scan | undefined {
  if (!head) return undefined;
  const { scan, kept } = head;
  if (kept.to >= scan.to) return undefined;
  const from = Math.max(scan.from, kept.to - APART_MS);
  return { ...scan, from, edges: edgesIn({ from, to: scan.to }, [kept.to, settled]) };
}

/** The scan with what is settled apart from what is not, so that it can be kept. */
export function partedAt(scan: Scan, settled: number): Scan {
  const edges = edgesIn(scan, [settled]);
  return edges.length > 0 ? { ...scan, edges } : scan;
}

/** What was known, and what the rest gave. */
export function joined({ kept }: Head, rest: ScanResult = NOTHING): ScanResult {
  const later = rest.groups.filter(({ at }) => at >= kept.to);
  const { groups, lookedAt, malformed } = kept;
  return sumOf([
    { ...NOTHING, groups, lookedAt, malformed },
    { ...rest, groups: later },
  ]);
}

function edgesIn({ from, to }: Pick<Scan, 'from' | 'to'>, edges: readonly number[]): number[] {
  return [...new Set(edges)].filter((edge) => edge > from && edge < to).sort((a, b) => a - b);
}

/** A period that is settled is kept whole, another one to an hour. */
function isAligned(until: number, { from, to }: Scan, settled: number): boolean {
  return to <= settled ? until === to : until > from && until <= to && until % HOUR_MS === 0;
}

/** Another look may find what this one could not tell. Lines that are no records have no time, and belong to no part of a period. */
function isWhole({ groups, unmerged, outside, malformed }: ScanResult, isOver: boolean): boolean {
  const isClean = unmerged === 0 && outside.length === 0 && (isOver || Object.keys(malformed).length === 0);
  return isClean && !groups.some(({ shape }) => isUnread(shape));
}

/**
 * Groups of a period, those of one cell that nothing tells apart as one: else each part that is added would make them more. Metadata
 * that nobody asked for, which requests have that were read one by one, stay out.
 */
function* compacted(
  groups: readonly InvocationGroup[],
  { from, to, cellMs, attributes: asked }: Scan,
): Steps<InvocationGroup[]> {
  const sums = new Map<string, InvocationGroup>();
  yield* each(groups, (group) => {
    if (group.at >= to) return;
    const at = cellMs === undefined ? from : Math.max(from, group.at - (group.at % cellMs));
    const { modelId, contextBand, shape, unfit } = group;
    const metadata = Object.entries(group.attributes.metadata).filter(([key]) => asked.includes(`metadata.${key}`));
    const attributes = { ...group.attributes, metadata: Object.fromEntries(metadata) };
    const id = JSON.stringify([modelId, attributes, contextBand, shape, unfit, at]);
    const sum = sums.get(id);
    if (sum) add(sum, group);
    else sums.set(id, { ...group, attributes, at, counts: { ...group.counts } });
  });
  return [...sums.values()];
}

function add(sum: InvocationGroup, { counts, records, first, last }: InvocationGroup): void {
  addCounts(sum.counts, counts);
  sum.records += records;
  sum.first = Math.min(sum.first, first);
  sum.last = Math.max(sum.last, last);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
