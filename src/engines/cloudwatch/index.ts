import type { BedrockClientConfig } from '@aws-sdk/client-bedrock';
import type { CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import type { Filter } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import type { Coverage, Engine, UsageQuery, Work } from '../engine.ts';
import { usageRowsFromGroups } from '../grouping.ts';
import { findEvents } from './filter-events.ts';
import { type Found, NOTHING, sumOf } from './found.ts';
import { findMetadataKeys, findUsage } from './insights.ts';
import { type OpenPlaces, openPlaces, type Place } from './place.ts';
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
}

/** Answers from invocation logs in CloudWatch, through Logs Insights or from the events themselves. It needs nothing deployed. */
export function createCloudWatchEngine({ source, client = {}, metrics = {}, bedrock = {} }: CloudWatchOptions): Engine {
  const parsed = cloudWatchSourceFromText(source);
  const { via } = parsed;
  /** Places where queries were refused. */
  const refused = new Set<Place>();
  let opened: Promise<OpenPlaces> | undefined;
  let last: { query: UsageQuery; asked: string; found: Promise<Found> } | undefined;

  async function open(): Promise<OpenPlaces> {
    opened ??= openPlaces(parsed, client, bedrock).catch((error) => {
      // The next question tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  }

  async function findIn(place: Place, query: UsageQuery, work: Work): Promise<Found> {
    if (via === 'events' || refused.has(place)) return findEvents(place, query, work);
    try {
      return await findUsage(place, query, query, work);
    } catch (error) {
      if (via !== undefined || !(error instanceof SpendError) || error.code !== 'ACCESS_DENIED') throw error;
      refused.add(place);
      return findEvents(place, query, work);
    }
  }

  /** The report asks for usage and for what it covers: one scan answers both, and the same question again. */
  async function find(query: UsageQuery, work: Work): Promise<Found> {
    const places = (await open()).places.filter((place) => isAsked(place, query.where));
    const asked = JSON.stringify(query);
    if (last?.asked === asked) return last.found;
    const found = Promise.all(places.map((place) => findIn(place, query, work))).then(sumOf);
    last = { query, asked, found };
    found.catch(() => {
      if (last?.found === found) last = undefined;
    });
    return found;
  }

  return {
    name: 'cloudwatch',
    source,
    usage: async (query, work = {}) => usageRowsFromGroups((await find(query, work)).groups, query),
    async coverage(period, work = {}) {
      const { places, silent } = await open();
      if (period === undefined) return rangeOf(places, work);
      const same = last && last.query.from === period.from && last.query.to === period.to;
      const found = await find(same && last ? last.query : everything(period), work);
      return coverageFrom(found, via === 'events', refused.size > 0, silent);
    },
    async quote(period, where, work = {}) {
      const asked = (await open()).places.filter((place) => isAsked(place, where));
      return quoteScan(asked, period, via === 'events', metrics, work);
    },
    async metadataKeys(work = {}) {
      const { from, to } = recently();
      const keys = (await open()).places.map((place) =>
        via === 'events' || refused.has(place)
          ? keysOfEvents(place, { from, to }, work)
          : findMetadataKeys(place, { from, to }, work),
      );
      return [...new Set((await Promise.all(keys)).flat())].sort();
    },
    async close() {
      for (const place of (await opened)?.places ?? []) place.client.destroy();
    },
  };
}

/** Bedrock logs a request in the region it was sent to. */
function isAsked({ region }: Place, where: readonly Filter[]): boolean {
  return (
    region === undefined || where.every(({ dimension, values }) => dimension !== 'region' || values.includes(region))
  );
}

async function keysOfEvents(place: Place, slice: { from: number; to: number }, work: Work): Promise<string[]> {
  const { groups } = await findEvents(place, slice, work);
  return groups.flatMap(({ attributes }) => Object.keys(attributes.metadata));
}

/** From when to when there are logs. Streams tell, which costs nothing; records are counted only in a period. */
async function rangeOf(places: readonly Place[], work: Work): Promise<Coverage> {
  const ranges = await Promise.all(places.map((place) => timesOfStreams(place, work)));
  const { first, last } = sumOf(ranges.map((range) => ({ ...NOTHING, ...range })));
  return { ...coverageFrom(NOTHING, true, false), first, last };
}

/** Retention allows more, but a scan of all there is could cost anything. */
const RECENT_MS = 90 * 86_400_000;

function recently(): { from: number; to: number } {
  const to = Math.ceil(Date.now() / 1000) * 1000;
  return { from: to - RECENT_MS, to };
}

function everything(period: { from: number; to: number }): UsageQuery {
  return { ...period, by: [], where: [], buckets: {}, rateChanges: [], aliases: [] };
}

function coverageFrom(found: Found, events: boolean, refused: boolean, silent: readonly string[] = []): Coverage {
  const { records, invocations, first, last, unmerged, outside, malformed } = found;
  return {
    files: 0,
    records,
    invocations,
    duplicates: records - invocations,
    malformed: Object.values(malformed).reduce((sum, count) => sum + count, 0),
    malformedReasons: malformed as Record<string, number>,
    damagedFiles: [],
    skippedFiles: 0,
    first,
    last,
    notes: [
      ...(events || refused ? [] : [INSIGHTS_NOTE]),
      ...(refused ? [REFUSED_NOTE] : []),
      ...unmergedNote(unmerged),
      ...silent.map((where) => `Bedrock does not log to CloudWatch ${where}: nothing of it is in these numbers.`),
      ...outside.map(
        (place) => `${place} keeps no logs of this period: it is older than the group’s retention, or than the group.`,
      ),
    ],
  };
}

const INSIGHTS_NOTE =
  'CloudWatch Logs Insights cannot look into the bodies of streamed answers, and into 200 fields of a record at most: the lifetime of cache writes there, and tokens that only a body tells, are not seen. Lines that are no records are not counted.';

const REFUSED_NOTE =
  'Logs Insights is not allowed for these credentials (logs:StartQuery), so events were read one by one, which is slow for long periods.';

function unmergedNote(unmerged: number): string[] {
  if (unmerged === 0) return [];
  return [
    `${unmerged.toLocaleString('en-US')} records are counted one by one: there were too many for requests that are logged twice to be merged.`,
  ];
}
