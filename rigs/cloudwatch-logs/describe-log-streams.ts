/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
import { pageOf } from '../aws/paging.ts';
import { type Caller, groupOf } from './caller.ts';
import { flagOf, type Input, integerOf, textOf } from './input.ts';
import { invalidParameter, invalidToken } from './service-error.ts';
import { groupArn, type LogGroup, type LogStream } from './store.ts';

const MOST = 50;

export function describeLogStreams(caller: Caller, input: Input): unknown {
  const group = groupOf(caller, textOf(input, 'logGroupName'), textOf(input, 'logGroupIdentifier'));
  const prefix = textOf(input, 'logStreamNamePrefix');
  const byTime = textOf(input, 'orderBy') === 'LastEventTime';
  if (byTime && prefix !== undefined)
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix ?? ''));
  streams.sort(byTime ? compareTimes : compareNames);
  if (flagOf(input, 'descending')) streams.reverse();
  const size = integerOf(input, 'limit', { least: 1, most: MOST }) ?? MOST;
  const { items, nextToken } = pageOf(streams, textOf(input, 'nextToken'), size, invalidToken);
  return { logStreams: items.map((stream) => described(group, stream)), nextToken };
}

function compareTimes(left: LogStream, right: LogStream): number {
  return left.lastEventTimestamp - right.lastEventTimestamp;
}

function compareNames(left: LogStream, right: LogStream): number {
  return left.name < right.name ? -1 : 1;
}

/** storedBytes "is always reported as zero". */
function described(group: LogGroup, { name, ...times }: LogStream): unknown {
  return { logStreamName: name, ...times, arn: `${groupArn(group)}:log-stream:${name}`, storedBytes: 0 };
}
