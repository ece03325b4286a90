import { type Dimension, paginateListMetrics } from '@aws-sdk/client-cloudwatch';
import { throwIfCancelled } from '../../domain/errors.ts';
import type { Work } from '../engine.ts';
import { METRICS } from './counters.ts';
import { type MetricsTarget, targetError } from './metrics-target.ts';

export const NAMESPACE = 'AWS/Bedrock';

/** The metrics of one combination of dimensions. */
export interface Series {
  /** Value of the dimension ModelId. */
  modelId: string;
  /** The tier that served the requests, which decides the price; undefined: all of the model's requests. */
  resolvedTier: string | undefined;
  dimensions: readonly Dimension[];
}

/**
 * The series that AWS/Bedrock has: for each model one of everything, and one for each pair of tiers that was asked for and served.
 * Others (by image size) are parts of these and left out. ListMetrics names only what had data in the last two weeks:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
 */
export async function listSeries(target: MetricsTarget, { signal }: Work): Promise<Series[]> {
  const found = new Map<string, Series>();
  const add = (series: Series) => found.set(JSON.stringify(series.dimensions), series);
  try {
    // By the dimension, so that counts of log delivery, which have no model, do not come.
    const filter = { Namespace: NAMESPACE, Dimensions: [{ Name: 'ModelId' }] };
    for await (const { Metrics = [] } of paginateListMetrics({ client: target.client }, filter, {
      abortSignal: signal,
    })) {
      throwIfCancelled(signal);
      for (const { MetricName = '', Dimensions = [] } of Metrics) {
        const series = METRICS.includes(MetricName) ? seriesFromDimensions(Dimensions) : undefined;
        if (series === undefined) continue;
        add(series);
        // A model with tiers has a series of everything, too, whatever of it was listed.
        add(wholeOf(series.modelId));
      }
    }
  } catch (error) {
    throw targetError(error, target, signal);
  }
  return [...found.values()];
}

/** All requests of a model. */
export function wholeOf(modelId: string): Series {
  return { modelId, resolvedTier: undefined, dimensions: [{ Name: 'ModelId', Value: modelId }] };
}

function seriesFromDimensions(dimensions: readonly Dimension[]): Series | undefined {
  const values = Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
  const { ModelId: modelId, ServiceTier: asked, ResolvedServiceTier: resolvedTier } = values;
  if (modelId === undefined) return undefined;
  if (dimensions.length === 1) return wholeOf(modelId);
  if (dimensions.length !== 3 || asked === undefined || resolvedTier === undefined) return undefined;
  const names = ['ModelId', 'ServiceTier', 'ResolvedServiceTier'];
  return { modelId, resolvedTier, dimensions: names.map((Name) => ({ Name, Value: values[Name] })) };
}
