import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { billableOf } from '../../domain/usage.ts';
import type { Rates } from '../../prices/rate.ts';
import { difference, type PricedRow, surchargeOf } from './savings.ts';

/** Cells apart by this much are more than five minutes and less than an hour apart, whenever in them the calls were. */
export const PAUSE = { least: 2, most: 11 } as const;

/** What one caller used of one model in a cell of time. */
export interface Cell {
  /** Counted from the epoch. */
  at: number;
  calls: number;
  /** Tokens of all prompts, cached or not. */
  prompt: number;
  read: number;
  short: number;
  long: number;
  shortSurcharge: Usd;
  longSurcharge: Usd;
  /** What the one-hour writes cost more than five-minute ones. */
  longLessShort: Usd;
  /** What the five-minute writes would cost more as one-hour ones. */
  shortToLong: Usd;
  /** Of what was written most. */
  rates: Rates | undefined;
}

export type Money = { [Name in keyof Cell]: Cell[Name] extends Usd ? Name : never }[keyof Cell];

export function cellFromRows(at: number, priced: readonly PricedRow[]): Cell {
  const tokens = (name: 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h') =>
    priced.reduce((sum, { row }) => sum + row[name], 0);
  const [read, short, long] = [tokens('cacheRead'), tokens('cacheWrite5m'), tokens('cacheWrite1h')];
  const usd = (of: (each: PricedRow) => Usd) => priced.reduce((sum, each) => sum.plus(of(each)), ZERO_USD);
  return {
    at,
    calls: priced.reduce((sum, { row }) => sum + billableOf(row), 0),
    prompt: tokens('input') + read + short + long,
    ...{ read, short, long },
    shortSurcharge: usd(({ row, rates }) => surchargeOf(row, rates, '5m')),
    longSurcharge: usd(({ row, rates }) => surchargeOf(row, rates, '1h')),
    longLessShort: usd(({ row, rates }) => difference(row.cacheWrite1h, rates.cacheWrite1h, rates.cacheWrite5m)),
    shortToLong: usd(({ row, rates }) => difference(row.cacheWrite5m, rates.cacheWrite1h, rates.cacheWrite5m)),
    rates: ratesOfMost(priced),
  };
}

export function cachedBy({ read, short, long }: Cell): number {
  return read + short + long;
}

// --- internal ---

function ratesOfMost(priced: readonly PricedRow[]): Rates | undefined {
  const writtenBy = ({ row }: PricedRow) => row.cacheWrite5m + row.cacheWrite1h;
  return priced.reduce<PricedRow | undefined>(
    (most, one) => (most && writtenBy(most) >= writtenBy(one) ? most : one),
    undefined,
  )?.rates;
}
