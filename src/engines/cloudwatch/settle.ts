import { sumByName } from '../../domain/sums.ts';
import { ALL_USED, SHAPE_BITS } from '../../domain/usage-shape.ts';
import type { Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { groupFromInvocation, type MergedInvocation } from '../grouping/merge.ts';
import type { Scan } from '../scans/scan.ts';
import { NOTHING, type ScanResult, sumOf } from '../scans/scan-result.ts';
import type { LogsTarget } from './logs-target.ts';
import { type Doubt, type Look, readDoubts } from './read-doubts.ts';
import { halvesOf, type Slice } from './slice.ts';

/** A doubt, and what to count when nothing more can be had. */
export interface Doubtful extends Doubt {
  group: InvocationGroup;
}

/** What was found, and those of its requests that were read event by event. */
export interface Settled extends ScanResult {
  read: readonly MergedInvocation[];
}

/**
 * Looks at what is in doubt. A request whose events could not be had is counted all the same, and as one whose usage is not known.
 * @param known ids of requests that are in no doubt, where all of them are known
 */
export async function settle(
  target: LogsTarget,
  { only }: Pick<Scan, 'only'>,
  sure: readonly InvocationGroup[],
  doubts: readonly Doubtful[],
  work: Work,
  known?: ReadonlySet<string>,
): Promise<Settled> {
  if (doubts.length === 0) return { ...NOTHING, groups: sure, read: [] };
  const looks = await readDoubts(target, doubts, work, known);
  const unread = doubts.filter((doubt) => !looks.has(doubt)).map(({ group }) => unknown(group));
  const read = doubts.flatMap((doubt) => readAt(doubt, looks.get(doubt)));
  return {
    ...NOTHING,
    groups: [...sure, ...unread, ...read.map((invocation) => groupFromInvocation(invocation, only))],
    malformed: sumByName([...looks.values()].map(({ malformed }) => malformed)),
    lookedAt: looks.size,
    read,
  };
}

/** What was found in the halves of a slice whose result was full, asked for one after the other. */
export async function settleHalves(slice: Slice, settled: (half: Slice) => Promise<Settled>): Promise<Settled> {
  const parts: Settled[] = [];
  for (const half of halvesOf(slice)) parts.push(await settled(half));
  return { ...sumOf(parts), read: parts.flatMap(({ read }) => read) };
}

/** What was found of it counts, and its expected counters as not stated: it may have used more. */
function unknown(group: InvocationGroup): InvocationGroup {
  return { ...group, shape: (group.shape & ALL_USED) | SHAPE_BITS.unread };
}

/** The period goes by the time of the event, as for all that was not looked at. */
function readAt({ from }: Doubt, look: Look | undefined): MergedInvocation[] {
  return look?.invocations.map((invocation) => ({ ...invocation, at: from })) ?? [];
}
