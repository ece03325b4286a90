import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { grouped, mapped, pace, SHORT_STRETCH, type Steps } from '../../domain/steps.ts';
import { placeFrom } from '../../domain/sums.ts';
import { CELL_MS } from '../usage/short-cells.ts';
import { type Cell, cachedBy, cellFromRows, type Money, PAUSE } from './cells.ts';
import { difference, type PricedRow } from './savings.ts';
import { type StoppedHitting, stoppedHitting } from './stopped.ts';

/** How many cells after its own a write can still be read in: five minutes end in the next one, an hour in the twelfth after. */
const LIFE = { short: 1, long: 12 } as const;

/** A write of about as much as the one before is taken for the same prefix, though nobody has read it. */
const ALIKE = { least: 0.8, most: 1.25 } as const;

/** What cells of time tell about one caller's writes to the cache of one model. */
export interface Lifetimes {
  /** Written, and nothing read while it lived. */
  neverReadTokens: number;
  /** What these writes cost beyond plain input. */
  wasted: Usd;
  /** One-hour writes of which five minutes would have been enough: the difference in price. */
  fiveMinutesInstead: Usd;
  /** What writing for an hour would have saved, had pauses not ended the cache. */
  oneHourInstead: Usd;
  /** Why most of what was never read was not; undefined where nothing is wasted. */
  why: NeverReadWhy | undefined;
  /** The median pause between its calls of more than five minutes, in minutes; undefined: there is none. */
  pauseMinutes: number | undefined;
  stopped: StoppedHitting | undefined;
}

/** `changing`: calls that came while it lived did not read it. `pauses`: the next came within an hour, `far apart`: later. */
export type NeverReadWhy = 'changing' | 'pauses' | 'far apart';

/** @param to end of what is known, epoch milliseconds: what was written shortly before may yet be read */
export function* lifetimesFromRows(
  priced: readonly PricedRow[],
  to: number,
  due = pace(SHORT_STRETCH),
): Steps<Lifetimes> {
  const rowsByCell = yield* grouped(priced, ({ row }) => Math.floor((row.cell as number) / CELL_MS), due);
  const inOrder = [...rowsByCell].sort(([a], [b]) => a - b);
  const cells = yield* mapped(inOrder, ([at, rows]) => cellFromRows(at, rows), due);
  const last = Math.floor(to / CELL_MS) - 1;
  const readAt = new Set(cells.filter(({ read }) => read > 0).map(({ at }) => at));
  const isRead = (at: number, life: number) =>
    at + life > last || Array.from({ length: life + 1 }, (_, after) => at + after).some((cell) => readAt.has(cell));
  const deadShort = cells.filter(({ at }) => !isRead(at, LIFE.short));
  const deadLong = cells.filter(({ at }) => !isRead(at, LIFE.long));
  const hasNoGap = gapsOf([...readAt], last);
  return {
    neverReadTokens:
      deadShort.reduce((sum, { short }) => sum + short, 0) + deadLong.reduce((sum, { long }) => sum + long, 0),
    wasted: sumOf(deadShort, 'shortSurcharge').plus(sumOf(deadLong, 'longSurcharge')),
    fiveMinutesInstead: sumOf(
      cells.filter(({ at, long }) => long > 0 && isRead(at, LIFE.long) && hasNoGap(at)),
      'longLessShort',
    ),
    oneHourInstead: oneHourInstead(cells),
    why: whyNeverRead(cells, deadShort, deadLong),
    pauseMinutes: medianPause(cells),
    stopped: stoppedHitting(cells),
  };
}

// --- internal ---

function sumOf(cells: readonly Cell[], name: Money): Usd {
  return cells.reduce((sum, cell) => sum.plus(cell[name]), ZERO_USD);
}

/** Tells whether the reads after a write follow each other cell by cell until none comes for an hour. @param reads ascending */
function gapsOf(reads: readonly number[], last: number): (written: number) => boolean {
  const noneAfter = new Map<number, boolean>();
  /** From a cell to the next read. */
  const goesOn = (cell: number, next: number | undefined) => {
    if (next === undefined) return cell + LIFE.long <= last;
    if (next - cell > LIFE.long) return true;
    return next - cell <= 1 && (noneAfter.get(next) as boolean);
  };
  for (let index = reads.length - 1; index >= 0; index--)
    noneAfter.set(reads[index] as number, goesOn(reads[index] as number, reads[index + 1]));
  return (written) => goesOn(written, reads[placeFrom(reads, written, (at) => at)]);
}

/**
 * What a write after a pause repeats of what was in use before it would have been a read; all other writes would have cost more. What is
 * written without a pause is new each time, of conversations that each have a prefix of their own, say; so much of it is new after a
 * pause as well.
 */
function oneHourInstead(cells: readonly Cell[]): Usd {
  const used = cells.filter(({ read, short }) => read + short > 0);
  const warm = used.filter((cell, index) => cell.at - (used[index - 1]?.at ?? Number.NEGATIVE_INFINITY) < PAUSE.least);
  const newPerCall = ratio(warm, ({ short }) => short);
  let [saved, repeatedAll] = [ZERO_USD, ZERO_USD];
  for (const [index, cell] of used.entries()) {
    const repeated = repeatedOf(cell, used[index - 1], newPerCall);
    const { rates } = cell;
    if (repeated === 0 || rates?.cacheWrite1h === undefined) continue;
    saved = saved.plus(difference(repeated, rates.cacheWrite5m, rates.cacheRead));
    repeatedAll = repeatedAll.plus(difference(repeated, rates.cacheWrite1h, rates.cacheWrite5m));
  }
  const dearer = sumOf(used, 'shortToLong').minus(repeatedAll);
  const left = saved.minus(dearer);
  return left.gt(0) ? left : ZERO_USD;
}

function repeatedOf(cell: Cell, before: Cell | undefined, newPerCall: number): number {
  if (before === undefined || cell.short === 0) return 0;
  const pause = cell.at - before.at;
  if (pause < PAUSE.least || pause > PAUSE.most || cell.short > before.read + before.short) return 0;
  if (before.read === 0 && !isAlike(cell.short, before.short)) return 0;
  return Math.max(0, Math.round(cell.short - newPerCall * cell.calls));
}

function isAlike(tokens: number, others: number): boolean {
  return tokens >= ALIKE.least * others && tokens <= ALIKE.most * others;
}

function ratio(cells: readonly Cell[], of: (cell: Cell) => number): number {
  const calls = cells.reduce((sum, cell) => sum + cell.calls, 0);
  return calls === 0 ? 0 : sumOfTokens(cells, of) / calls;
}

/** Calls that came while the cache of another one lived tell whether prompts begin alike; else pauses do. */
const TELLING_CELLS = 5;
/** Of what is cached in these, less is read where prompts do not begin alike. */
const READ_IF_ALIKE = 0.25;

function whyNeverRead(
  cells: readonly Cell[],
  deadShort: readonly Cell[],
  deadLong: readonly Cell[],
): NeverReadWhy | undefined {
  const wasted = sumOf(deadShort, 'shortSurcharge').plus(sumOf(deadLong, 'longSurcharge'));
  if (wasted.lte(0)) return undefined;
  const warm = cells.filter(({ at, calls }, index) => calls > 1 || at - (cells[index - 1]?.at ?? 0) < PAUSE.least);
  const [read, cached] = [sumOfTokens(warm, ({ read }) => read), sumOfTokens(warm, cachedBy)];
  if (warm.length >= TELLING_CELLS && read < READ_IF_ALIKE * cached) return 'changing';
  return pausedOrFar(cells, deadShort) ? 'pauses' : 'far apart';
}

/** Whether of what was written for five minutes more would have been in time within an hour. */
function pausedOrFar(cells: readonly Cell[], deadShort: readonly Cell[]): boolean {
  const next = new Map(cells.map(({ at }, index) => [at, cells[index + 1]?.at]));
  const [near, far] = [false, true].map((isFar) =>
    deadShort.filter(({ at }) => (next.get(at) ?? Number.POSITIVE_INFINITY) - at > PAUSE.most === isFar),
  ) as [Cell[], Cell[]];
  return sumOf(near, 'shortSurcharge').gt(sumOf(far, 'shortSurcharge'));
}

function sumOfTokens(cells: readonly Cell[], of: (cell: Cell) => number): number {
  return cells.reduce((sum, cell) => sum + of(cell), 0);
}

function medianPause(cells: readonly Cell[]): number | undefined {
  const pauses = cells
    .flatMap(({ at }, index) => (index === 0 ? [] : [at - (cells[index - 1] as Cell).at]))
    .filter((pause) => pause >= PAUSE.least)
    .sort((a, b) => a - b);
  const median = pauses[Math.floor(pauses.length / 2)];
  return median === undefined ? undefined : (median * CELL_MS) / 60_000;
}
