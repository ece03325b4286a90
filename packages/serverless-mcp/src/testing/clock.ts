/** What a store's clock must say when a case begins, in milliseconds. */
export const STORE_CLOCK_BEGINS = Date.parse('2026-10-01T00:00:00Z');
