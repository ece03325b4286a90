import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { textFromUsd, usdFromText } from '../../domain/money.ts';
import type { Work } from '../engine.ts';
import { type Quote, secondsByScans } from '../quote.ts';
import { type LogsTarget, targetError } from './logs-target.ts';
import type { Slice } from './slice.ts';

/** Logs Insights, USD for each GB scanned in us-east-1, https://aws.amazon.com/cloudwatch/pricing/; other regions ask up to half more. */
const USD_PER_GB = usdFromText('0.005');
const GB = 1_000_000_000;

/** Five pages of 1 MB a second, the least that a region allows, https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const EVENT_BYTES_PER_SECOND = 5_000_000;

const HOUR_SECONDS = 3_600;

/** An answer has at most 1,440 points, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const SPAN_MS = 1_440 * HOUR_SECONDS * 1_000;

/** What a scan would read: the bytes that came into the log groups in that time, which CloudWatch has counted. */
export async function quoteScan(
  targets: readonly LogsTarget[],
  period: Slice,
  events: boolean,
  work: Work,
): Promise<Quote> {
  const counts = await Promise.all(
    targets.map((target) => target.bytesOf(`${period.from} ${period.to}`, () => incomingBytes(target, period, work))),
  );
  const bytes = counts.reduce((sum, count) => sum + count, 0);
  if (events) {
    const notes = ['Reading event by event is not charged for, but slow.'];
    return { bytes, usd: '0', seconds: Math.ceil(bytes / EVENT_BYTES_PER_SECOND), notes };
  }
  const linked = targets.some(({ groups }) => groups.some((group) => group.startsWith('arn:')));
  return {
    bytes,
    seconds: secondsByScans(
      bytes,
      targets.map(({ scans }) => scans),
    ),
    usd: linked ? undefined : textFromUsd(USD_PER_GB.times(bytes).div(GB).round(4)),
    notes: [
      'Bytes by CloudWatch’s own count (IncomingBytes), dollars at the us-east-1 rate of $0.005 a GB.',
      ...(linked ? ['Groups of linked accounts are counted there, not here: their bytes are missing.'] : []),
      ...(bytes === 0 && !linked
        ? ['CloudWatch has counted none: there are no logs of this time, or no count of them.']
        : []),
    ],
  };
}

async function incomingBytes(target: LogsTarget, { from, to }: Slice, work: Work): Promise<number> {
  let bytes = 0;
  try {
    for (const group of target.groups) {
      for (let start = from; start < to; start += SPAN_MS) {
        const { Datapoints = [] } = await target.metrics.send(
          new GetMetricStatisticsCommand({
            Namespace: 'AWS/Logs',
            MetricName: 'IncomingBytes',
            Dimensions: [{ Name: 'LogGroupName', Value: group.split(':log-group:').at(-1)?.replace(/:\*$/, '') }],
            StartTime: new Date(start),
            EndTime: new Date(Math.min(to, start + SPAN_MS)),
            Period: HOUR_SECONDS,
            Statistics: ['Sum'],
          }),
        );
        bytes += Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
      }
    }
    return bytes;
  } catch (error) {
    throw targetError(error, target, work.signal);
  }
}
