/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
import { offsetOf, tokenFor } from '../aws/paging.ts';
import { NotImplementedByDouble } from '../aws/service-error.ts';
import { type Caller, groupOf } from './caller.ts';
import { type Input, integerOf, textOf } from './input.ts';
import { invalidToken } from './service-error.ts';
import { eventsBetween, type StoredEvent } from './store.ts';

/** "up to 10,000 log events" */
const MOST_EVENTS = 10_000;
/** "up to 1 MB of log events" */
const MOST_BYTES = 1024 * 1024;
/** What one call looks through. AWS does not say how much that is, only that a page "might only be partially full, or even empty". */
const MOST_SCANNED = 10 * 1024 * 1024;

export function filterLogEvents(caller: Caller, input: Input): unknown {
  const group = groupOf(caller, input);
  const matches = patternOf(textOf(input, 'filterPattern') ?? '');
  const limit = integerOf(input, 'limit', { least: 1, most: MOST_EVENTS }) ?? MOST_EVENTS;
  const endTime = integerOf(input, 'endTime') ?? Number.MAX_SAFE_INTEGER;
  const range = eventsBetween(group, integerOf(input, 'startTime') ?? 0, endTime);
  const found: StoredEvent[] = [];
  let index = offsetOf(textOf(input, 'nextToken'), invalidToken);
  let bytes = 0;
  let scanned = 0;
  for (; index < range.length && scanned < MOST_SCANNED; index += 1) {
    const event = range[index] as StoredEvent;
    const wanted = matches(event.message);
    if (wanted && (found.length >= limit || bytes + event.bytes > MOST_BYTES)) break;
    scanned += event.bytes;
    if (!wanted) continue;
    found.push(event);
    bytes += event.bytes;
  }
  const nextToken = index < range.length ? tokenFor(index) : undefined;
  // "this parameter is no longer supported. This parameter returns an empty list."
  return { events: found.map(described), searchedLogStreams: [], nextToken };
}

/** A phrase in quotes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
function patternOf(pattern: string): (message: string) => boolean {
  if (pattern === '') return () => true;
  const [, phrase] = /^"([^"\\]+)"$/.exec(pattern) ?? [];
  if (phrase === undefined) throw new NotImplementedByDouble('filter patterns other than one phrase in quotes');
  return (message) => message.includes(phrase);
}

function described({ logStreamName, timestamp, message, ingestionTime, eventId }: StoredEvent): unknown {
  return { logStreamName, timestamp, message, ingestionTime, eventId };
}
