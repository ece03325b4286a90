import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import { readRecord } from '../../logs/record.ts';
import type { Work } from '../engine.ts';
import { createMerger, groupFromInvocation, type MergedInvocation } from '../grouping/merge.ts';
import type { Scan } from '../scans/scan.ts';
import { NOTHING, type ScanResult } from '../scans/scan-result.ts';
import { type LogsTarget, targetError } from './logs-target.ts';
import type { Slice } from './slice.ts';

/** Read one by one and held until they are merged: beyond this, Logs Insights is the way. */
const MOST_EVENTS = 500_000;

/** A record can be logged a little before or after the time it states; the period goes by what it states. */
const SLACK_MS = 5 * 60_000;

/**
 * Reads the events themselves, page by page. Slower than Logs Insights, but it sees everything, costs nothing, and needs
 * `logs:FilterLogEvents` alone. Bodies pass through memory and are stepped over, as in files.
 */
export async function findEvents(
  target: LogsTarget,
  slice: Slice & Pick<Scan, 'only'>,
  work: Work,
): Promise<ScanResult> {
  const { invocations, malformed } = await readEvents(target, slice, work);
  const groups = invocations.map((invocation) => groupFromInvocation(invocation, slice.only));
  return { ...NOTHING, groups, malformed };
}

/** Each request of a slice of time once, and the lines that are none. */
export async function readEvents(
  target: LogsTarget,
  slice: Slice,
  work: Work,
): Promise<{ invocations: MergedInvocation[]; malformed: Record<string, number> }> {
  const merger = createMerger();
  const malformed: Record<string, number> = {};
  for (const group of target.groups) {
    const asked = { startTime: Math.max(0, slice.from - SLACK_MS), endTime: slice.to + SLACK_MS };
    for await (const { message } of eventsOf(target, group, asked, work)) {
      const reading = readRecord(Buffer.from(message));
      if ('reject' in reading) malformed[reading.reject] = (malformed[reading.reject] ?? 0) + 1;
      else merger.add(reading.invocation);
      if (merger.records > MOST_EVENTS) throw tooMany(target);
    }
  }
  return { invocations: merger.invocations().filter(({ at }) => at >= slice.from && at < slice.to), malformed };
}

/** Which events of a group: those between two times, both included, that match a filter pattern. */
export type AskedEvents = Pick<FilterLogEventsCommandInput, 'startTime' | 'endTime' | 'filterPattern'>;

export async function* eventsOf(
  target: LogsTarget,
  group: string,
  asked: AskedEvents,
  work: Work,
): AsyncGenerator<{ message: string; timestamp: number }> {
  let nextToken: string | undefined;
  let read = 0;
  do {
    throwIfCancelled(work.signal);
    const page = await nextPage(target.client, group, asked, nextToken).catch((error) => {
      throw targetError(error, target, work.signal);
    });
    for (const { message, timestamp = 0 } of page.events ?? []) if (message !== undefined) yield { message, timestamp };
    read += page.events?.length ?? 0;
    work.onProgress?.({ done: read, total: 0, message: `reading events, ${read.toLocaleString('en-US')} so far` });
    // A page may be empty and not the last.
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}

function nextPage(client: CloudWatchLogsClient, group: string, asked: AskedEvents, nextToken: string | undefined) {
  const name = group.startsWith('arn:') ? { logGroupIdentifier: group } : { logGroupName: group };
  return client.send(new FilterLogEventsCommand({ ...name, ...asked, nextToken }));
}

function tooMany({ name }: LogsTarget): SpendError {
  return new SpendError(
    'QUERY_FAILED',
    `${name} has more than ${MOST_EVENTS.toLocaleString('en-US')} records in this period, too many to read one by one. Allow logs:StartQuery and logs:GetQueryResults, or ask for a shorter period.`,
  );
}
