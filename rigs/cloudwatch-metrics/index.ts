import { createServiceFaults } from '../aws/faults.ts';
import type { Input } from '../aws/input.ts';
import { pageOf } from '../aws/paging.ts';
import { type Place, startService } from '../aws/service.ts';
import { ServiceError } from '../aws/service-error.ts';

/** One value that a service published. */
export interface Datum {
  region: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  /** ISO 8601. */
  at: string;
  value: number;
}

export interface CloudWatchMetricsOptions {
  now?: () => number;
  /** Data points on a page of GetMetricData. */
  pointsPerPage?: number;
  /** Ids of models and profiles that Bedrock lists, in every region. */
  offered?: readonly string[];
}

/** How calls of GetMetricData go. */
interface Course {
  /** Of every result. Default: whether it is complete. */
  status?: 'Complete' | 'PartialData' | 'InternalError' | 'Forbidden';
}

const DAY_SECONDS = 86_400;
const METRICS_PER_PAGE = 500;
const QUERIES_PER_CALL = 500;

/**
 * CloudWatch's ListMetrics and GetMetricData over one namespace, and what else reading metrics asks (STS's GetCallerIdentity,
 * Bedrock's ListFoundationModels and ListInferenceProfiles), as AWS documents them. Unlike moto it lists only what had data in the last two weeks, refuses sums finer than are kept, gives pages, and is quick with a month of data.
 */
export async function startCloudWatchMetrics(account: string, options: CloudWatchMetricsOptions = {}) {
  const { now = Date.now, pointsPerPage = 100_800, offered = [] } = options;
  /** By region and by metric with its dimensions. */
  const data = new Map<string, Map<string, Datum[]>>();
  const { faults, errorOf, courseOf } = createServiceFaults<Course>({
    service: 'cloudwatch',
    start: 'GetMetricData',
    deniedResource: () => '*',
    unavailable: { type: 'ServiceUnavailable', status: 503 },
  });
  const dataOf = ({ region }: Place): Data => data.get(region) ?? new Map();
  const common = { rig: 'rigs/cloudwatch-metrics', errorOf };
  const metrics = {
    ...common,
    dialect: { target: 'GraniteServiceVersion20100801', service: 'monitoring' },
    operations: {
      ListMetrics: (place: Place, input: Input) => listMetrics(dataOf(place), input, now()),
      GetMetricData: (place: Place, input: Input) =>
        withStatus(getMetricData(dataOf(place), input, now(), pointsPerPage), courseOf(place)),
    },
  };
  const sts = {
    ...common,
    dialect: { target: 'query' as const, service: 'sts' },
    operations: { GetCallerIdentity: () => ({ Account: account }) },
  };
  const bedrock = {
    ...common,
    dialect: { target: 'REST' as const, service: 'bedrock' },
    operations: {
      ListFoundationModels: () => ({ modelSummaries: offered.filter(isModel).map(modelNamed) }),
      ListInferenceProfiles: (_: Place, input: Input) => ({ inferenceProfileSummaries: profilesOf(offered, input) }),
    },
  };
  const { endpoint, close, calls } = await startService([metrics, sts, bedrock], { now });
  return {
    endpoint,
    close,
    calls,
    faults,
    put(...more: readonly Datum[]) {
      for (const datum of more) {
        const region = data.get(datum.region) ?? new Map<string, Datum[]>();
        data.set(datum.region, region);
        const id = key(datum.metric, listOf(datum.dimensions));
        const known = region.get(id);
        if (known) known.push(datum);
        else region.set(id, [datum]);
      }
    },
  };
}

const isApplication = (id: string) => /^[a-z0-9]{12}$/.test(id);
const isRouted = (id: string) => /^(global|us|eu)\./.test(id);
const isModel = (id: string) => !isApplication(id) && !isRouted(id);

const modelArnOf = (id: string) => `arn:aws:bedrock:us-east-1::foundation-model/${id}`;
const modelNamed = (modelId: string) => ({ modelId, modelArn: modelArnOf(modelId) });

function profilesOf(offered: readonly string[], { typeEquals }: Input): Input[] {
  const own = typeEquals === 'APPLICATION';
  return offered.filter(own ? isApplication : isRouted).map((id) => ({
    inferenceProfileId: id,
    inferenceProfileName: id.replaceAll(/\W/g, ' '),
    inferenceProfileArn: `arn:aws:bedrock:us-east-1:123456789012:${own ? 'application-' : ''}inference-profile/${id}`,
    models: [{ modelArn: modelArnOf(id) }],
    status: 'ACTIVE',
    type: own ? 'APPLICATION' : 'SYSTEM_DEFINED',
  }));
}

type Data = ReadonlyMap<string, readonly Datum[]>;

function listMetrics(data: Data, input: Input, now: number): Input {
  const filters = (input['Dimensions'] ?? []) as { Name: string; Value?: string }[];
  const listed = new Map<string, Input>();
  for (const { metric, dimensions, at } of [...data.values()].flat()) {
    if (Date.parse(at) < now - 14 * DAY_SECONDS * 1000) continue;
    if (!filters.every(({ Name, Value }) => (Value ?? dimensions[Name]) === dimensions[Name] && Name in dimensions))
      continue;
    const one = { Namespace: input['Namespace'], MetricName: metric, Dimensions: listOf(dimensions) };
    listed.set(JSON.stringify(one), one);
  }
  const { items, nextToken } = page([...listed.values()], input, METRICS_PER_PAGE);
  return { Metrics: items, NextToken: nextToken };
}

interface Query {
  Id: string;
  MetricStat: { Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] }; Period: number };
}

function getMetricData(data: Data, input: Input, now: number, pointsPerPage: number): Input {
  const queries = input['MetricDataQueries'] as Query[];
  if (queries.length > QUERIES_PER_CALL) throw refusal('ValidationError', 'too many queries');
  const [from, to] = [Number(input['StartTime']), Number(input['EndTime'])];
  const points = queries.flatMap((query) => {
    checkKept(query.MetricStat.Period, now / 1000 - from);
    return pointsOf(data, query, from, to).map((point) => ({ id: query.Id, ...point }));
  });
  const { items, left, nextToken } = page(points, input, pointsPerPage);
  const byQuery = Map.groupBy(items, ({ id }) => id);
  const unfinished = new Set(left.map(({ id }) => id));
  return {
    MetricDataResults: queries.map(({ Id }) => {
      const own = byQuery.get(Id) ?? [];
      return {
        Id,
        Timestamps: own.map(({ at }) => at),
        Values: own.map(({ sum }) => sum),
        StatusCode: unfinished.has(Id) ? 'PartialData' : 'Complete',
      };
    }),
    NextToken: nextToken,
  };
}

function page<T>(items: readonly T[], { NextToken }: Input, size: number) {
  return pageOf(items, NextToken as string | undefined, size, () => refusal('InvalidNextToken'));
}

function withStatus(out: Input, { status }: Course): Input {
  if (status === undefined) return out;
  const results = out['MetricDataResults'] as Input[];
  return { ...out, MetricDataResults: results.map((result) => ({ ...result, StatusCode: status })) };
}

/** Cells are counted from the start of the request. */
function pointsOf(data: Data, { MetricStat: { Metric, Period } }: Query, from: number, to: number) {
  const sums = new Map<number, number>();
  for (const { at, value } of data.get(key(Metric.MetricName, Metric.Dimensions)) ?? []) {
    const seconds = Date.parse(at) / 1000;
    if (seconds < from || seconds >= to) continue;
    const cell = from + Math.floor((seconds - from) / Period) * Period;
    sums.set(cell, (sums.get(cell) ?? 0) + value);
  }
  return [...sums].sort(([a], [b]) => a - b).map(([at, sum]) => ({ at, sum }));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html */
function checkKept(period: number, age: number): void {
  const finest = age <= 15 * DAY_SECONDS ? 60 : age <= 63 * DAY_SECONDS ? 300 : 3600;
  if (period % finest !== 0) throw refusal('ValidationError', `Period must be a multiple of ${finest}`);
}

const key = (metric: string, dimensions: readonly { Name: string; Value: string }[]) =>
  JSON.stringify([metric, dimensions.map(({ Name, Value }) => [Name, Value]).sort()]);

const listOf = (dimensions: Readonly<Record<string, string>>) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

function refusal(type: string, message = type): ServiceError {
  return new ServiceError(type, message);
}
