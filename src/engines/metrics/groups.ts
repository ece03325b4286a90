import { byClass } from '../../domain/usage-class.ts';
import { shapeFrom } from '../../domain/usage-shape.ts';
import { attributesFrom, type LoggedAttributes } from '../../logs/attributes.ts';
import { tierFromTexts } from '../../logs/record.ts';
import type { InvocationGroup } from '../grouping/grouping.ts';
import { NOTHING, type ScanResult } from '../scans/scan-result.ts';
import { combine, noSums, type Sums } from './counters.ts';
import type { MetricsTarget } from './metrics-target.ts';
import type { Readings } from './readings.ts';

/** The status of failed calls: metrics tell no error codes, only whose fault it was. */
export const ERROR_STATUS = { client: 'ClientError', server: 'ServerError' } as const;

/** What a scan of metrics found. */
export interface MetricsResult extends ScanResult {
  /** Calls that were throttled, which are no invocations. */
  throttled: readonly { at: number; region: string; calls: number }[];
  /** Models whose tiers add up to more than all their requests. */
  uneven: readonly string[];
  /** Whether models that CloudWatch does not list any more could be asked for; undefined: the period did not need it. */
  unlisted: 'asked' | 'unknown' | undefined;
}

/** Invocations of each model, tier and cell, every one of them in one group. */
export function foundFromReadings(
  target: Pick<MetricsTarget, 'region' | 'account'>,
  readings: Readings,
  cellMs: number,
): Omit<MetricsResult, 'unlisted'> {
  const groups: InvocationGroup[] = [];
  const throttled: MetricsResult['throttled'][number][] = [];
  const uneven = new Set<string>();
  for (const [modelId, cells] of cellsByModel(readings)) {
    for (const [at, cell] of cells) {
      const { rest, excess, throttles } = restOf(cell);
      if (excess) uneven.add(modelId);
      if (throttles > 0) throttled.push({ at, region: target.region, calls: throttles });
      for (const [resolvedTier, sums] of [[undefined, rest] as const, ...cell.tiers]) {
        const logged = loggedFrom(target, modelId, resolvedTier);
        groups.push(...groupsFromSums(logged, sums, { at, first: at, last: at + cellMs - 1000 }));
      }
    }
  }
  return { ...NOTHING, groups, throttled, uneven: [...uneven] };
}

/** What one model counted in one cell: all of it, and the parts of it whose tier is told. */
interface Cell {
  whole: Sums;
  tiers: Map<string, Sums>;
}

function cellsByModel(readings: Readings): Map<string, Map<number, Cell>> {
  const models = new Map<string, Map<number, Cell>>();
  for (const [{ modelId, resolvedTier }, sumsByCell] of readings) {
    const cells = models.get(modelId) ?? new Map<number, Cell>();
    models.set(modelId, cells);
    for (const [at, sums] of sumsByCell) {
      const cell = cells.get(at) ?? { whole: noSums(), tiers: new Map<string, Sums>() };
      cells.set(at, cell);
      if (resolvedTier === undefined) cell.whole = sums;
      else
        cell.tiers.set(
          resolvedTier,
          combine(cell.tiers.get(resolvedTier) ?? noSums(), sums, (a, b) => a + b),
        );
    }
  }
  return models;
}

/** The requests whose tier no series tells. The series by tier are parts of the whole, so they are taken off it. */
function restOf({ whole, tiers }: Cell): { rest: Sums; excess: boolean; throttles: number } {
  const told = [...tiers.values()].reduce((sum, part) => combine(sum, part, (a, b) => a + b), noSums());
  const left = combine(whole, told, (a, b) => a - b);
  return {
    rest: combine(left, noSums(), Math.max),
    excess: Object.values(left).some((value) => value < 0),
    throttles: Math.max(whole.throttles, told.throttles),
  };
}

/** A profile's metrics are under its short id: awslabs/bedrock-usage-analyzer. */
const SHORT_PROFILE_ID = /^[a-z0-9]{12}$/;

function loggedFrom(
  { region, account }: Pick<MetricsTarget, 'region' | 'account'>,
  modelId: string,
  resolvedTier: string | undefined,
): LoggedAttributes {
  return {
    accountId: account,
    region,
    modelId: SHORT_PROFILE_ID.test(modelId) ? `application-inference-profile/${modelId}` : modelId,
    tier: tierFromTexts(resolvedTier?.toLowerCase(), undefined),
    operation: '',
    inferenceRegion: undefined,
    identityArn: undefined,
    errorCode: undefined,
    blocked: false,
    stopReason: undefined,
    metadata: {},
  };
}

/**
 * AWS has documented Invocations as successes alone and as all accepted requests, failed ones included (copies of
 * https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html differ). Taken as successes: should it be the
 * other, the number of calls is too high by the errors; tokens and dollars are the same.
 */
function groupsFromSums(
  logged: LoggedAttributes,
  { successes, clientErrors, serverErrors, input, output, cacheRead, cacheWrite }: Sums,
  times: Pick<InvocationGroup, 'at' | 'first' | 'last'>,
): InvocationGroup[] {
  const tokens = { input, output, cacheRead, cacheWrite5m: cacheWrite, cacheWrite1h: 0 };
  const used = Object.values(tokens).some((count) => count > 0);
  const group = (errorCode: string | undefined, counts: InvocationGroup['counts']): InvocationGroup => ({
    modelId: logged.modelId,
    attributes: attributesFrom({ ...logged, errorCode }),
    contextBand: 0,
    records: counts.invocations,
    counts,
    // Sums tell only what some of the calls used; it is taken as used by all of them.
    shape: shapeFrom({ counts, stated: { input: used, output: used }, ended: errorCode !== undefined }),
    ...times,
  });
  const failed = (errorCode: string, calls: number) =>
    calls > 0
      ? [group(errorCode, { ...byClass(() => 0), cacheWriteUnknown: 0, invocations: calls, errors: calls })]
      : [];
  return [
    // Tokens without a success are still somebody's money, so they must show if they have no price.
    ...(successes > 0 || used
      ? [
          group(undefined, {
            ...byClass(() => 0),
            ...tokens,
            cacheWriteUnknown: cacheWrite,
            invocations: successes,
            errors: 0,
          }),
        ]
      : []),
    ...failed(ERROR_STATUS.client, clientErrors),
    ...failed(ERROR_STATUS.server, serverErrors),
  ];
}
