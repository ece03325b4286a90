import { type Dimension, isTimeDimension } from '../../domain/dimension.ts';
import { DAY_MS, HOUR_MS } from '../../domain/period.ts';
import { isSameSize, type RequestSize } from '../../domain/request-size.ts';
import type { UsageQuery } from '../engine.ts';

/** What tells groups apart besides what every price depends on. */
export type ScanAttribute = (typeof PLAIN_ATTRIBUTES)[number] | `metadata.${string}`;

const PLAIN_ATTRIBUTES = ['account', 'caller', 'operation', 'inferenceRegion', 'stopReason'] as const;

/** What must be found in a source that charges for looking, so that one question, or several, can be answered. */
export interface Scan {
  /** Epoch milliseconds; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
  attributes: readonly ScanAttribute[];
  /** No group lies in two cells of this length, counted from the epoch; undefined: the whole period is one. */
  cellMs: number | undefined;
  /** Further instants that no group straddles, in order. */
  edges?: readonly number[] | undefined;
  /** Regions that are asked for; undefined: all. */
  regions: readonly string[] | undefined;
  /** Groups lie inside this size or outside it. */
  only?: RequestSize | undefined;
}

/** Asks for nothing. */
export const NO_SCAN: Scan = { from: 0, to: 0, attributes: [], cellMs: undefined, regions: undefined };

/** From which attribute a dimension is derived, where what every price depends on does not give it. */
const ATTRIBUTE_OF: Partial<Record<string, ScanAttribute>> = {
  account: 'account',
  principal: 'caller',
  session: 'caller',
  caller: 'caller',
  operation: 'operation',
  inference_region: 'inferenceRegion',
  stop_reason: 'stopReason',
};

/** Exactly what a question needs. */
export function scanFromQuery(query: UsageQuery): Scan {
  const dimensions = [...query.by, ...query.where.map(({ dimension }) => dimension)];
  const regions = query.where.find(({ dimension }) => dimension === 'region')?.values;
  return {
    from: query.from,
    to: query.to,
    attributes: [...new Set(dimensions.flatMap(attributeOf))],
    cellMs: cellOf(query),
    regions,
    only: query.only,
  };
}

/** With every plain attribute: it reads no more, and the questions that people ask next are answered, too. */
export function widened(scan: Scan): Scan {
  return { ...scan, attributes: [...new Set([...PLAIN_ATTRIBUTES, ...scan.attributes])] };
}

/** Whether what one scan found answers what another would find. */
export function covers(kept: Scan, asked: Scan): boolean {
  const { cellMs } = kept;
  const edges = [kept.from, kept.to, ...(kept.edges ?? [])];
  const isEdge = (at: number) => edges.includes(at) || (cellMs !== undefined && at % cellMs === 0);
  return (
    kept.from <= asked.from &&
    asked.to <= kept.to &&
    isEdge(asked.from) &&
    isEdge(asked.to) &&
    (asked.cellMs === undefined || (cellMs !== undefined && asked.cellMs % cellMs === 0)) &&
    (asked.only === undefined || isSameSize(asked.only, kept.only)) &&
    asked.attributes.every((attribute) => kept.attributes.includes(attribute)) &&
    (kept.regions === undefined || (asked.regions?.every((region) => kept.regions?.includes(region)) ?? false))
  );
}

/** Whether a place need be asked. Bedrock logs a request in the region it was sent to. */
export function isAsked(region: string | undefined, { regions }: Pick<Scan, 'regions'>): boolean {
  return region === undefined || regions === undefined || regions.includes(region);
}

function attributeOf(dimension: Dimension): ScanAttribute[] {
  if (dimension.startsWith('metadata.')) return [dimension as ScanAttribute];
  const attribute = ATTRIBUTE_OF[dimension];
  return attribute ? [attribute] : [];
}

/** Services group times by these; a period is cut by the largest that meets all its edges. */
const CELLS_MS = [DAY_MS, HOUR_MS, HOUR_MS / 2, HOUR_MS / 4, HOUR_MS / 12, 60_000, 1_000];

function cellOf({ by, from, to, buckets, cellMs, rateChanges }: UsageQuery): number | undefined {
  const cells = by.filter(isTimeDimension).flatMap((dimension) => buckets[dimension] ?? []);
  const inside = [...rateChanges, ...cells.map((cell) => cell.from)].filter((edge) => edge > from && edge < to);
  const edges = [...inside, ...(cellMs ? [cellMs] : [])];
  if (edges.length === 0) return undefined;
  return CELLS_MS.find((length) => edges.every((edge) => edge % length === 0)) ?? 1;
}
