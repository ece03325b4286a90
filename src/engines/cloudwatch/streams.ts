import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Work } from '../engine.ts';
import { type LogsTarget, targetError } from './logs-target.ts';

/** Bedrock writes to one stream of a group, https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html */
const STREAM = 'aws/bedrock/modelinvocations';

/** First and last event of Bedrock's streams, epoch milliseconds; as AWS keeps them, the last up to an hour late. */
export async function timesOfStreams(
  target: LogsTarget,
  work: Work,
): Promise<{ first: number | undefined; last: number | undefined }> {
  const firsts: number[] = [];
  const lasts: number[] = [];
  for (const group of target.groups) {
    const name = group.startsWith('arn:') ? { logGroupIdentifier: group } : { logGroupName: group };
    const { logStreams = [] } = await target.client
      .send(new DescribeLogStreamsCommand({ ...name, orderBy: 'LastEventTime', descending: true }))
      .catch((error) => {
        throw targetError(error, target, work.signal);
      });
    const bedrock = logStreams.filter(({ logStreamName }) => logStreamName === STREAM);
    for (const { firstEventTimestamp, lastEventTimestamp } of bedrock.length > 0 ? bedrock : logStreams) {
      if (firstEventTimestamp !== undefined) firsts.push(firstEventTimestamp);
      if (lastEventTimestamp !== undefined) lasts.push(lastEventTimestamp);
    }
  }
  return {
    first: firsts.length > 0 ? Math.min(...firsts) : undefined,
    last: lasts.length > 0 ? Math.max(...lasts) : undefined,
  };
}
