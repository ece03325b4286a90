import type { Engine, Work } from '../engines/engine.ts';
import type { LookUpNames } from '../names/names.ts';
import type { PriceBook } from '../prices/price-book.ts';

/** What a report is made from. */
export interface ReportContext extends Work {
  engine: Engine;
  prices: () => Promise<PriceBook>;
  /** What unresolved model ids stand for. */
  names: LookUpNames;
  /** Epoch milliseconds. */
  now: () => number;
}
