import type { Alias } from '../domain/alias.ts';
import type { Engine, Work } from '../engines/engine.ts';
import type { PriceBook } from '../prices/price-book.ts';

/** What a report is made from. */
export interface ReportContext extends Work {
  engine: Engine;
  prices: () => Promise<PriceBook>;
  aliases: readonly Alias[];
  /** Epoch milliseconds. */
  now: () => number;
}
