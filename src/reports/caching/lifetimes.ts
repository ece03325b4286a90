import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { grouped, mapped, pace, SHORT_STRETCH, type Steps } from '../../domain/steps.ts';
import { placeFrom } from '../../domain/sums.ts';
import { difference, type PricedRow, surchargeOf } from './savings.ts';

/** Cache use is looked at by cells of this length: the shorter lifetime of a cache. */
export const CELL_MS = 5 * 60_000;

/** How many cells after its own a write can still be read in: five minutes end in the next one, an hour in the twelfth after. */
const LIFE = { short: 1, long: 12 } as const;

/** Cells apart by this much are more than five minutes and less than an hour apart, whenever in them the calls were. */
const PAUSE = { least: 2, most: 11 } as const;

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
}

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
    oneHourInstead: oneHourInstead(cells.filter(({ at, read }) => read > 0 || isRead(at, LIFE.short))),
  };
}

// --- internal ---

interface Cell {
  /** Counted from the epoch. */
  at: number;
  read: number;
  short: number;
  long: number;
  shortSurcharge: Usd;
  longSurcharge: Usd;
  /** What the one-hour writes cost more than five-minute ones. */
  longLessShort: Usd;
  /** What the five-minute writes would cost more as one-hour ones. */
  shortToLong: Usd;
  /** What the five-minute writes would cost less as reads. */
  shortToRead: Usd;
}

type Money = { [Name in keyof Cell]: Cell[Name] extends Usd ? Name : never }[keyof Cell];

function cellFromRows(at: number, priced: readonly PricedRow[]): Cell {
  const tokens = (name: 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h') =>
    priced.reduce((sum, { row }) => sum + row[name], 0);
  const usd = (of: (each: PricedRow) => Usd) => priced.reduce((sum, each) => sum.plus(of(each)), ZERO_USD);
  return {
    at,
    read: tokens('cacheRead'),
    short: tokens('cacheWrite5m'),
    long: tokens('cacheWrite1h'),
    shortSurcharge: usd(({ row, rates }) => surchargeOf(row, rates, '5m')),
    longSurcharge: usd(({ row, rates }) => surchargeOf(row, rates, '1h')),
    longLessShort: usd(({ row, rates }) => difference(row.cacheWrite1h, rates.cacheWrite1h, rates.cacheWrite5m)),
    shortToLong: usd(({ row, rates }) => difference(row.cacheWrite5m, rates.cacheWrite1h, rates.cacheWrite5m)),
    shortToRead: usd(({ row, rates }) =>
      rates.cacheWrite1h ? difference(row.cacheWrite5m, rates.cacheWrite5m, rates.cacheRead) : ZERO_USD,
    ),
  };
}

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
 * A write after a pause, of no more than what was in use before it, would have been a read; all other writes would have cost more.
 * @param used cells in which the cache was read, or written and read later
 */
function oneHourInstead(used: readonly Cell[]): Usd {
  const repeated = used.filter((cell, index) => {
    const before = used[index - 1];
    if (before === undefined || cell.short === 0) return false;
    const pause = cell.at - before.at;
    return pause >= PAUSE.least && pause <= PAUSE.most && cell.short <= before.read + before.short;
  });
  const dearer = sumOf(used, 'shortToLong').minus(sumOf(repeated, 'shortToLong'));
  const saved = sumOf(repeated, 'shortToRead').minus(dearer);
  return saved.gt(0) ? saved : ZERO_USD;
}
