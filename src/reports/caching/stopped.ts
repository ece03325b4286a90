import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { type Cell, cachedBy } from './cells.ts';
import { difference } from './savings.ts';

/** A cache that was read, and from some moment on was written to and hardly read. */
export interface StoppedHitting {
  /** The first cell of which it is so. */
  at: number;
  /** What its prompts cost more since than they would have at the share that was read before. */
  usd: Usd;
}

/** On either side: fewer tell nothing. Two hours of steady use. */
const LEAST_CELLS = 24;
/** Of the tokens that were cached, as much was read before … */
const READ_BEFORE = 0.5;
/** … and no more than this part of that since. */
const LEFT = 0.25;

/** The moment that parts much reading from little best, if there is one. */
export function stoppedHitting(cells: readonly Cell[]): StoppedHitting | undefined {
  const used = cells.filter(({ read, short, long }) => read + short + long > 0);
  const [allRead, allCached] = [
    used.reduce((sum, { read }) => sum + read, 0),
    used.reduce((sum, cell) => sum + cachedBy(cell), 0),
  ];
  let best: { place: number; before: number; gap: number } | undefined;
  let [read, cached] = [0, 0];
  for (const [place, cell] of used.entries()) {
    if (place >= LEAST_CELLS && used.length - place >= LEAST_CELLS) {
      const [before, since] = [read / cached, (allRead - read) / (allCached - cached)];
      const gap = (before - since) ** 2 * place * (used.length - place);
      if (before >= READ_BEFORE && since <= LEFT * before && gap > (best?.gap ?? 0)) best = { place, before, gap };
    }
    read += cell.read;
    cached += cachedBy(cell);
  }
  const first = best && used[best.place];
  return best && first && { at: first.at, usd: lostSince(used.slice(best.place), best.before) };
}

function lostSince(cells: readonly Cell[], readBefore: number): Usd {
  return cells.reduce((sum, cell) => {
    const missing = Math.round(readBefore * cachedBy(cell)) - cell.read;
    const written = cell.short >= cell.long ? cell.rates?.cacheWrite5m : cell.rates?.cacheWrite1h;
    return missing > 0 ? sum.plus(difference(missing, written, cell.rates?.cacheRead)) : sum;
  }, ZERO_USD);
}
