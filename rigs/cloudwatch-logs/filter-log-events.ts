/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
import { offsetOf, tokenFor } from '../aws/paging.ts';
import { type Caller, groupOf } from './caller.ts';
import { compileFilterPattern } from './filter-pattern.ts';
import { type Input, integerOf, textOf, textsOf } from './input.ts';
import { invalidParameter, invalidToken } from './service-error.ts';
import { eventsBetween, keptSince, type StoredEvent } from './store.ts';

export interface FilterPaging {
  /** "up to 10,000 log events" */
  events: number;
  /** "up to 1 MB of log events" */
  bytes: number;
  /**
   * What one call looks through at most. AWS does not say how much that is, only that a page "might only
   * be partially full, or even empty".
   */
  scannedBytes: number;
}

export const FILTER_PAGING: FilterPaging = { events: 10_000, bytes: 1024 * 1024, scannedBytes: 10 * 1024 * 1024 };

/** Backwards "is supported only when startTime is on or after Jan 1, 2024". */
const BACKWARDS_SINCE = Date.UTC(2024, 0, 1);

export function filterLogEvents(
  caller: Caller,
  input: Input,
  paging: FilterPaging,
  now: number,
): { result: unknown; scannedBytes: number } {
  const group = groupOf(caller, textOf(input, 'logGroupName'), textOf(input, 'logGroupIdentifier'));
  const matches = compileFilterPattern(textOf(input, 'filterPattern') ?? '');
  const inStream = streamsOf(input);
  const limit = integerOf(input, 'limit', { least: 1, most: 10_000 }) ?? paging.events;
  const startTime = integerOf(input, 'startTime') ?? 0;
  const range = eventsBetween(
    group,
    Math.max(startTime, keptSince(group, now)),
    integerOf(input, 'endTime') ?? Number.MAX_SAFE_INTEGER,
  );
  if (input['startFromHead'] === false) {
    if (startTime < BACKWARDS_SINCE) throw invalidParameter('startFromHead=false needs a startTime since 2024-01-01');
    range.reverse();
  }

  const found: StoredEvent[] = [];
  let index = offsetOf(textOf(input, 'nextToken'), invalidToken);
  let bytes = 0;
  let scannedBytes = 0;
  for (; index < range.length && scannedBytes < paging.scannedBytes; index += 1) {
    const event = range[index] as StoredEvent;
    const wanted = inStream(event.logStreamName) && matches(event.message);
    if (wanted && (found.length >= Math.min(limit, paging.events) || bytes + event.bytes > paging.bytes)) break;
    scannedBytes += event.bytes;
    if (!wanted) continue;
    found.push(event);
    bytes += event.bytes;
  }
  const nextToken = index < range.length ? tokenFor(index) : undefined;
  // "this parameter is no longer supported. This parameter returns an empty list."
  return { result: { events: found.map(described), searchedLogStreams: [], nextToken }, scannedBytes };
}

function streamsOf(input: Input): (name: string) => boolean {
  const names = textsOf(input, 'logStreamNames', 100);
  const prefix = textOf(input, 'logStreamNamePrefix');
  if (names && prefix !== undefined)
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive');
  if (names) return (name) => names.includes(name);
  return (name) => name.startsWith(prefix ?? '');
}

function described({ logStreamName, timestamp, message, ingestionTime, eventId }: StoredEvent): unknown {
  return { logStreamName, timestamp, message, ingestionTime, eventId };
}
