import { CLASS_NAMES, EXPECTED_COUNTERS, type ExpectedCounter, type UsageClass } from './usage-class.ts';

/**
 * Which classes a request used, and which of the expected counters its records state: one whole number, so that engines group by it.
 * Sums over groups of one shape can be priced class by class, and how many of the invocations are not wholly known stays exact.
 */
export type Shape = number;

/** The bits of a shape, for engines that build it in a query. */
export const SHAPE_BITS = {
  /** More than none of the class. */
  used: Object.fromEntries(CLASS_NAMES.map((name, at) => [name, 2 ** at])) as Readonly<Record<UsageClass, number>>,
  /** The counter is stated, be it as zero. */
  stated: Object.fromEntries(EXPECTED_COUNTERS.map((name, at) => [name, 2 ** (CLASS_NAMES.length + at)])) as Readonly<
    Record<ExpectedCounter, number>
  >,
  /** The call failed or a guardrail stopped it: what is not stated then was not used. */
  ended: 2 ** (CLASS_NAMES.length + EXPECTED_COUNTERS.length),
  /** Its records state more than could be read. */
  unread: 2 ** (CLASS_NAMES.length + EXPECTED_COUNTERS.length + 1),
} as const;

/** All bits of what is stated, and of what can be used. */
export const ALL_STATED = EXPECTED_COUNTERS.reduce((bits, name) => bits + SHAPE_BITS.stated[name], 0);
export const ALL_USED = CLASS_NAMES.reduce((bits, name) => bits + SHAPE_BITS.used[name], 0);

export interface ShapeFacts {
  counts: Readonly<Record<UsageClass, number>>;
  stated: Readonly<Record<ExpectedCounter, boolean>>;
  /** Failed, or stopped by a guardrail. */
  ended: boolean;
}

export function shapeFrom({ counts, stated, ended }: ShapeFacts): Shape {
  const used = CLASS_NAMES.reduce((bits, name) => bits + (counts[name] > 0 ? SHAPE_BITS.used[name] : 0), 0);
  const told = EXPECTED_COUNTERS.reduce((bits, name) => bits + (stated[name] ? SHAPE_BITS.stated[name] : 0), 0);
  return withEnd(used + told, ended);
}

/** The shape with its end, which matters where something is left unsaid, or where nothing was used. */
export function withEnd(shape: Shape, ended: boolean): Shape {
  return ended && !(isWhollyStated(shape) && usesAnything(shape)) ? shape | SHAPE_BITS.ended : shape;
}

export function isUnread(shape: Shape): boolean {
  return (shape & SHAPE_BITS.unread) !== 0;
}

/** The classes that every invocation of the shape used. */
export function classesUsed(shape: Shape): UsageClass[] {
  return CLASS_NAMES.filter((name) => (shape & SHAPE_BITS.used[name]) !== 0);
}

export function usesAnything(shape: Shape): boolean {
  return (shape & ALL_USED) !== 0;
}

/** Expected counters that the records leave open. None where the call ended and nothing says that it used anything. */
export function unstated(shape: Shape): ExpectedCounter[] {
  if (endedUnused(shape)) return [];
  return EXPECTED_COUNTERS.filter((name) => (shape & SHAPE_BITS.stated[name]) === 0);
}

/** Whether the call failed or was stopped, and used nothing. */
export function endedUnused(shape: Shape): boolean {
  return (shape & SHAPE_BITS.ended) !== 0 && !usesAnything(shape);
}

export function isWhollyStated(shape: Shape): boolean {
  return (shape & ALL_STATED) === ALL_STATED;
}
