/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
import { type Caller, groupOf } from './caller.ts';
import { type Input, textOf } from './input.ts';
import { groupArn } from './store.ts';

/** "up to 50 items" */
const MOST = 50;

export function describeLogStreams(caller: Caller, input: Input): unknown {
  const group = groupOf(caller, input);
  const byTime = textOf(input, 'orderBy') === 'LastEventTime';
  const streams = [...group.streams.values()].sort((left, right) => {
    if (byTime) return left.lastEventTimestamp - right.lastEventTimestamp;
    return left.name < right.name ? -1 : 1;
  });
  if (input['descending'] === true) streams.reverse();
  // storedBytes "is always reported as zero".
  const described = streams.slice(0, MOST).map(({ name, ...times }) => ({
    ...{ logStreamName: name, ...times },
    ...{ arn: `${groupArn(group)}:log-stream:${name}`, storedBytes: 0 },
  }));
  return { logStreams: described };
}
