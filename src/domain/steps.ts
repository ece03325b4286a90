import { throwIfCancelled } from './errors.ts';

/**
 * Work in steps: between two of them others have a turn. Nothing in it may go through more values than a stretch without a step, so
 * that one large question does not keep a server from everybody else.
 */
export type Steps<Result> = Generator<void, Result, void>;

/** As many values as are gone through at a stretch: some milliseconds for what takes microseconds each. */
const STRETCH = 1_000;

/** The same for what takes a tenth of a millisecond each. */
export const SHORT_STRETCH = 100;

/** Takes all steps at once, where there is nobody else. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Timers of browsers, which have nothing else here, wait some milliseconds. */
const nextTurn: (go: () => void) => void =
  (globalThis as { setImmediate?: (go: () => void) => void }).setImmediate ?? ((go) => setTimeout(go, 0));

/** Lets the event loop turn after each step. @throws SpendError CANCELLED */
export async function inTurns<Result>(
  steps: Steps<Result>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise<void>(nextTurn);
    throwIfCancelled(signal);
  }
}

/** Tells when a step is due, after so many more values: asked by loops that lie in each other together. */
export type Due = (values?: number) => boolean;

export function pace(stretch = STRETCH): Due {
  let left = stretch;
  return (values = 1) => {
    left -= values;
    if (left > 0) return false;
    left = stretch;
    return true;
  };
}

/** Goes through values. */
export function* each<Value>(values: Iterable<Value>, use: (value: Value) => void, due = pace()): Steps<void> {
  for (const value of values) {
    use(value);
    if (due()) yield;
  }
}

/** Like map. */
export function* mapped<Value, Other>(
  values: Iterable<Value>,
  change: (value: Value) => Other,
  due = pace(),
): Steps<Other[]> {
  const changed: Other[] = [];
  yield* each(values, (value) => changed.push(change(value)), due);
  return changed;
}

/** Like Map.groupBy. */
export function* grouped<Value, Key>(
  values: Iterable<Value>,
  keyOf: (value: Value) => Key,
  due = pace(),
): Steps<Map<Key, Value[]>> {
  const groups = new Map<Key, Value[]>();
  const add = (value: Value) => {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  };
  yield* each(values, add, due);
  return groups;
}

/** Like toSorted: parts of a stretch, merged two by two. */
export function* sorted<Value>(values: readonly Value[], compare: (a: Value, b: Value) => number): Steps<Value[]> {
  let parts: Value[][] = [];
  for (let at = 0; at < values.length; at += STRETCH) {
    parts.push(values.slice(at, at + STRETCH).sort(compare));
    if (at > 0) yield;
  }
  const due = pace();
  while (parts.length > 1) {
    const longer: Value[][] = [];
    for (let at = 0; at < parts.length; at += 2)
      longer.push(yield* merged(parts[at] ?? [], parts[at + 1] ?? [], compare, due));
    parts = longer;
  }
  return parts[0] ?? [];
}

function* merged<Value>(a: Value[], b: Value[], compare: (a: Value, b: Value) => number, due: Due): Steps<Value[]> {
  if (b.length === 0) return a;
  const both: Value[] = [];
  let [atA, atB] = [0, 0];
  while (atA < a.length || atB < b.length) {
    const takeA = atB >= b.length || (atA < a.length && compare(a[atA] as Value, b[atB] as Value) <= 0);
    both.push((takeA ? a[atA++] : b[atB++]) as Value);
    if (due()) yield;
  }
  return both;
}
