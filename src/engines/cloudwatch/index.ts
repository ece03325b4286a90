import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import type { Coverage, Engine, UsageQuery, Work } from '../engine.ts';
import { usageRowsFromGroups } from '../grouping.ts';
import { type Found, findMetadataKeys, findUsage, sumOf } from './insights.ts';
import type { Place } from './run-query.ts';
import { cloudWatchSourceFromText } from './source.ts';

export interface CloudWatchOptions {
  /** `cloudwatch:GROUP?region=…&role=…` */
  source: string;
  client?: CloudWatchLogsClientConfig;
}

/** Answers from invocation logs in CloudWatch, through Logs Insights. It needs nothing deployed. */
export function createCloudWatchEngine({ source, client = {} }: CloudWatchOptions): Engine {
  const { groups, regions, roles } = cloudWatchSourceFromText(source);
  let places: Promise<Place[]> | undefined;
  let last: { query: string; found: Promise<Found> } | undefined;

  async function open(): Promise<Place[]> {
    const opened: Place[] = [];
    for (const role of roles.length > 0 ? roles : [undefined])
      for (const region of regions.length > 0 ? regions : [undefined])
        opened.push(await openPlace(groups, region, role, client));
    return opened;
  }

  /** The report asks for usage and for what it covers: one scan answers both, and the same question again. */
  async function find(query: UsageQuery, work: Work): Promise<Found> {
    places ??= open();
    const opened = await places;
    const asked = JSON.stringify(query);
    if (last?.query === asked) return last.found;
    const found = Promise.all(opened.map((place) => findUsage(place, query, query, work))).then(sumOf);
    last = { query: asked, found };
    found.catch(() => {
      last = undefined;
    });
    return found;
  }

  return {
    name: 'cloudwatch',
    source,
    usage: async (query, work = {}) => usageRowsFromGroups((await find(query, work)).groups, query),
    async coverage(period, work = {}) {
      const asked = last && (JSON.parse(last.query) as UsageQuery);
      const same = asked && period && asked.from === period.from && asked.to === period.to;
      return coverageFrom(await find(same ? asked : everything(period), work));
    },
    async metadataKeys(work = {}) {
      places ??= open();
      const { from, to } = everything(undefined);
      const keys = await Promise.all((await places).map((place) => findMetadataKeys(place, { from, to }, work)));
      return [...new Set(keys.flat())].sort();
    },
    async close() {
      for (const place of (await places) ?? []) place.client.destroy();
    },
  };
}

/** Retention allows more, but a scan of all there is could cost anything. */
const RECENT_MS = 90 * 86_400_000;

function everything(period: { from: number; to: number } | undefined): UsageQuery {
  const to = Math.ceil(Date.now() / 1000) * 1000;
  return { ...(period ?? { from: to - RECENT_MS, to }), by: [], where: [], buckets: {}, rateChanges: [], aliases: [] };
}

async function openPlace(
  groups: readonly string[],
  region: string | undefined,
  role: string | undefined,
  config: CloudWatchLogsClientConfig,
): Promise<Place> {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const credentials = role && fromTemporaryCredentials({ params: { RoleArn: role, RoleSessionName: 'bedrock-spend' } });
  const client = new CloudWatchLogsClient({
    // Ten calls a second are allowed, and other people query, too.
    maxAttempts: 8,
    retryMode: 'adaptive',
    ...config,
    ...(region ? { region } : {}),
    ...(credentials ? { credentials } : {}),
  });
  const name = [groups.join(', '), region && `in ${region}`, role && `as ${role.split('/').at(-1)}`]
    .filter(Boolean)
    .join(' ');
  return { client, name, groups };
}

function coverageFrom({ records, invocations, first, last, unmerged }: Found): Coverage {
  return {
    files: 0,
    records,
    invocations,
    duplicates: records - invocations,
    malformed: 0,
    malformedReasons: {},
    damagedFiles: [],
    skippedFiles: 0,
    first,
    last,
    notes: [
      'CloudWatch Logs Insights cannot look into the bodies of streamed answers, and into 200 fields of a record at most: the lifetime of cache writes there, and tokens that only a body tells, are not seen. Lines that are no records are not counted.',
      ...(unmerged > 0
        ? [
            `${unmerged.toLocaleString('en-US')} records are counted one by one: there were too many for requests that are logged twice to be merged.`,
          ]
        : []),
    ],
  };
}
