/**
 * The last day of which our own table knows: the newest source that it was compared with. `node scripts/compare-prices.ts` says which day
 * that may become.
 */
export const PRICES_KNOWN_UNTIL = '2026-11-20';
