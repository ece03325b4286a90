import { GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { SpendError, throwIfCancelled } from '../../domain/errors.ts';
import type { Work } from '../engine.ts';
import { COUNTER_OF_METRIC, noSums, type Sums } from './counters.ts';
import { type MetricsTarget, targetError } from './metrics-target.ts';
import { NAMESPACE, type Series } from './series.ts';

/** Queries in one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

export interface Slice {
  /** Epoch milliseconds, multiples of `cellMs`; `to` exclusive. */
  from: number;
  to: number;
  cellMs: number;
}

/** What a series counted, by the start of each cell that has data. */
export type Readings = ReadonlyMap<Series, ReadonlyMap<number, Sums>>;

/** Reads metrics of series. @throws SpendError when CloudWatch does not give all of it: half a sum would look like a whole one */
export async function readSeries(
  target: MetricsTarget,
  series: readonly Series[],
  metrics: readonly string[],
  slice: Slice,
  { signal, onProgress }: Work,
): Promise<Readings> {
  const wanted = series.flatMap((one) => metrics.map((metric) => ({ series: one, metric })));
  const readings = new Map<Series, Map<number, Sums>>();
  for (let start = 0; start < wanted.length; start += QUERIES_PER_CALL) {
    const part = wanted.slice(start, start + QUERIES_PER_CALL);
    for await (const { Id, Timestamps = [], Values = [] } of results(target, part, slice, signal)) {
      const { series: one, metric } = part[Number(Id?.slice(1))] as Wanted;
      const cells = readings.get(one) ?? new Map<number, Sums>();
      readings.set(one, cells);
      Timestamps.forEach((timestamp, index) => {
        addReading(cells, timestamp.getTime(), metric, wholeNumber(Values[index]));
      });
    }
    onProgress?.({
      done: Math.min(start + QUERIES_PER_CALL, wanted.length),
      total: wanted.length,
      message: `metrics${target.label}`,
    });
  }
  return readings;
}

interface Wanted {
  series: Series;
  metric: string;
}

async function* results(
  target: MetricsTarget,
  wanted: readonly Wanted[],
  { from, to, cellMs }: Slice,
  signal: AbortSignal | undefined,
): AsyncGenerator<MetricDataResult> {
  const unfinished = new Set<string | undefined>();
  let NextToken: string | undefined;
  try {
    do {
      throwIfCancelled(signal);
      const page = await target.client.send(
        new GetMetricDataCommand({
          MetricDataQueries: wanted.map(queryFor(cellMs)),
          StartTime: new Date(from),
          EndTime: new Date(to),
          ScanBy: 'TimestampAscending',
          NextToken,
        }),
        signal ? { abortSignal: signal } : {},
      );
      for (const result of page.MetricDataResults ?? []) {
        checkStatus(result, target);
        if (result.StatusCode === 'Complete') unfinished.delete(result.Id);
        else unfinished.add(result.Id);
        yield result;
      }
      ({ NextToken } = page);
    } while (NextToken !== undefined);
  } catch (error) {
    throw targetError(error, target, signal);
  }
  if (unfinished.size > 0) throw incomplete(target);
}

const queryFor =
  (cellMs: number) =>
  ({ series, metric }: Wanted, index: number) => ({
    Id: `q${index}`,
    MetricStat: {
      Metric: { Namespace: NAMESPACE, MetricName: metric, Dimensions: [...series.dimensions] },
      Period: cellMs / 1000,
      Stat: 'Sum',
    },
  });

function checkStatus({ StatusCode }: MetricDataResult, target: MetricsTarget): void {
  if (StatusCode === 'InternalError') throw incomplete(target);
  if (StatusCode === 'Forbidden') {
    throw new SpendError(
      'ACCESS_DENIED',
      `AWS refused to query CloudWatch metrics${target.label}: cloudwatch:GetMetricData is not allowed for these credentials. Add it to their policy.`,
    );
  }
}

function incomplete({ label }: MetricsTarget): SpendError {
  return new SpendError('QUERY_FAILED', `CloudWatch gave only a part of the metrics${label}. Ask again.`);
}

/** Two names of one counter say the same; of the others there is one reading a cell. */
function addReading(cells: Map<number, Sums>, at: number, metric: string, sum: number): void {
  const sums = cells.get(at) ?? noSums();
  const counter = COUNTER_OF_METRIC[metric] as keyof Sums;
  sums[counter] = Math.max(sums[counter], sum);
  cells.set(at, sums);
}

/** The API speaks in floating point; what Bedrock counts are whole calls and tokens. */
function wholeNumber(value = 0): number {
  const whole = Math.round(value);
  if (Math.abs(value - whole) < 0.001 && Number.isSafeInteger(whole) && whole >= 0) return whole;
  throw new SpendError('QUERY_FAILED', `CloudWatch gave ${value} as a count of calls or tokens.`);
}
