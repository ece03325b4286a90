import type { BedrockClientConfig } from '@aws-sdk/client-bedrock';
import type { CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { SpendError } from '../../domain/errors.ts';
import { isUnread } from '../../domain/usage-shape.ts';
import { memoizeFor } from '../../lazy.ts';
import { type Engine, METADATA_KEYS_MS, type TimeRange, type Work } from '../engine.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { isAsked, NO_SCAN, type Scan } from '../scans/scan.ts';
import { type ScanResult, sumOf } from '../scans/scan-result.ts';
import type { ScanStore } from '../scans/scan-store.ts';
import { createScanningEngine, type FoundBefore } from '../scans/scanning.ts';
import type { Candidates, TopRequest } from '../scans/top.ts';
import { findEvents, readEvents } from './filter-events.ts';
import { findMetadataKeys, findTop, findUsage } from './insights.ts';
import { usageQuery } from './insights-query.ts';
import { type LogsTarget, openTargets } from './logs-target.ts';
import { quoteScan } from './quote.ts';
import { cloudWatchSourceFromText } from './source.ts';
import { timesOfStreams } from './streams.ts';

export interface CloudWatchOptions {
  /** `cloudwatch:GROUP?region=…&role=…&via=…` */
  source: string;
  client?: CloudWatchLogsClientConfig;
  /** For quotes. */
  metrics?: CloudWatchClientConfig;
  /** To find the group of a source that names none. */
  bedrock?: BedrockClientConfig;
  /** Where instances keep what scans found for each other. */
  scans?: ScanStore | undefined;
  now?: () => number;
}

/** Answers from invocation logs in CloudWatch, through Logs Insights or from the events themselves. It needs nothing deployed. */
export function createCloudWatchEngine({
  source,
  client,
  metrics,
  bedrock,
  scans,
  now = Date.now,
}: CloudWatchOptions): Engine {
  const parsed = cloudWatchSourceFromText(source);
  const { via } = parsed;
  /** Places where queries were refused. */
  const refused = new Set<LogsTarget>();
  const open = memoizeFor(() => openTargets(parsed, { logs: client, metrics, bedrock }));

  async function askedTargets(scan: Scan): Promise<LogsTarget[]> {
    return (await open()).targets.filter(({ region }) => isAsked(region, scan));
  }

  async function findIn(target: LogsTarget, scan: Scan, work: Work, atOnce: boolean): Promise<ScanResult | undefined> {
    if (via === 'events' || refused.has(target)) return findEvents(target, scan, work);
    try {
      return await findUsage(target, scan, work, atOnce);
    } catch (error) {
      if (via !== undefined || !(error instanceof SpendError) || error.code !== 'ACCESS_DENIED') throw error;
      refused.add(target);
      return findEvents(target, scan, work);
    }
  }

  async function topIn(
    target: LogsTarget,
    scan: Scan,
    ask: TopRequest,
    work: Work,
    found: FoundBefore,
  ): Promise<Candidates> {
    if (via !== 'events' && !refused.has(target)) return findTop(target, scan, ask, work, found);
    const { invocations } = await readEvents(target, scan, work);
    return { invocations, rest: undefined };
  }

  /** Bedrock's settings can name another group than they did, and a later version can ask in other words. */
  async function identity(): Promise<string> {
    const { targets } = await open();
    const places = targets.map(async ({ client, groups }) => [await client.config.region(), groups]);
    return JSON.stringify([source, await Promise.all(places), usageQuery(NO_SCAN, NO_SCAN).text]);
  }

  return createScanningEngine({
    name: 'cloudwatch',
    source,
    now,
    async find(scan, work, atOnce) {
      const found = await Promise.all((await askedTargets(scan)).map((target) => findIn(target, scan, work, atOnce)));
      return found.every((part) => part !== undefined) ? sumOf(found) : undefined;
    },
    async requests(scan, ask, work, found) {
      const targets = await askedTargets(scan);
      return joined(await Promise.all(targets.map((target) => topIn(target, scan, ask, work, found))));
    },
    shared: scans && { store: scans, identity },
    quote: async (scan, work) => quoteScan(await askedTargets(scan), scan, via === 'events', work),
    async notes({ groups, unmerged, outside, lookedAt }, scan) {
      const { targets, silent } = await open();
      const queried = targets.filter(
        (target) => isAsked(target.region, scan) && via !== 'events' && !refused.has(target),
      );
      return [
        ...(queried.length > 0 ? [INSIGHTS_NOTE] : []),
        ...(queried.some(({ plain }) => plain) ? [PLAIN_NOTE] : []),
        ...lookedAtNote(lookedAt),
        ...unreadNote(groups.filter((group) => isUnread(group.shape) && isWithin(group, scan))),
        ...(refused.size > 0 ? [REFUSED_NOTE] : []),
        ...unmergedNote(unmerged),
        ...outside.map(
          (target) =>
            `${target} keeps no logs of this period: it is older than the group’s retention, or than the group.`,
        ),
        ...silent.map((where) => `Bedrock does not log to CloudWatch ${where}: nothing of it is in these numbers.`),
      ];
    },
    range: async (work = {}) => rangeOf((await open()).targets, work),
    async metadataKeys(work = {}) {
      const { targets } = await open();
      const { last } = await rangeOf(targets, work);
      if (last === undefined) return [];
      const recently = { from: last - METADATA_KEYS_MS, to: last + 1_000 };
      const keys = targets.map((target) =>
        via === 'events' || refused.has(target)
          ? keysOfEvents(target, recently, work)
          : findMetadataKeys(target, recently, work),
      );
      return [...new Set((await Promise.all(keys)).flat())].sort();
    },
    async close() {
      for (const { client, metrics } of (await open.opened())?.targets ?? [])
        for (const one of [client, metrics]) one.destroy();
    },
  });
}

async function keysOfEvents(target: LogsTarget, slice: { from: number; to: number }, work: Work): Promise<string[]> {
  const { groups } = await findEvents(target, slice, work);
  return groups.flatMap(({ attributes }) => Object.keys(attributes.metadata));
}

function joined(parts: readonly Candidates[]): Candidates {
  const rests = parts.flatMap(({ rest }) => rest ?? []);
  return {
    invocations: parts.flatMap(({ invocations }) => invocations),
    rest: rests.length === 0 ? undefined : rests.reduce((a, b) => (a > b ? a : b)),
  };
}

/** Streams tell it, which costs nothing. */
async function rangeOf(targets: readonly LogsTarget[], work: Work): Promise<TimeRange> {
  const ranges = await Promise.all(targets.map((target) => timesOfStreams(target, work)));
  const moments = (name: keyof TimeRange) => ranges.flatMap((range) => range[name] ?? []);
  return {
    first: moments('first').sort((a, b) => a - b)[0],
    last: moments('last').sort((a, b) => b - a)[0],
  };
}

const INSIGHTS_NOTE = 'Lines of CloudWatch Logs that do not mention the records’ schema are not counted.';

const PLAIN_NOTE =
  'CloudWatch Logs Insights refused jsonParse or if here, so records are told by the fields that it extracts, 200 of each at most, and by their text.';

function lookedAtNote(requests: number): string[] {
  if (requests === 0) return [];
  return [
    `${requests.toLocaleString('en-US')} requests were read event by event (FilterLogEvents), because a query could not tell all that their records state.`,
  ];
}

function isWithin({ at, attributes }: InvocationGroup, { from, to, regions }: Scan): boolean {
  return at >= from && at < to && isAsked(attributes.region, { regions });
}

function unreadNote(groups: readonly InvocationGroup[]): string[] {
  const requests = groups.reduce((sum, { counts }) => sum + counts.invocations, 0);
  if (requests === 0) return [];
  return [
    `What ${requests.toLocaleString('en-US')} requests used is not known in full: a query could not tell it, and reading their events took too long or is not allowed (logs:FilterLogEvents). Ask for a shorter period, or name the source with via=events.`,
  ];
}

const REFUSED_NOTE =
  'Logs Insights is not allowed for these credentials (logs:StartQuery), so events were read one by one, which is slow for long periods.';

function unmergedNote(unmerged: number): string[] {
  if (unmerged === 0) return [];
  return [
    `${unmerged.toLocaleString('en-US')} records are counted one by one: there were too many for requests that are logged twice to be merged.`,
  ];
}
