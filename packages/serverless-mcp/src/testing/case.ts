import assert from 'node:assert/strict';
import type { SessionStore } from '../session-store.ts';

export interface StoreUnderTest<Store = SessionStore> {
  store: Store;
  /** Moves the store's clock. */
  advance(ms: number): void;
}

export interface StoreCase<Store = SessionStore> {
  name: string;
  /**
   * @param opened an empty store, whose clock is at `STORE_CLOCK_BEGINS`
   * @throws AssertionError for a store that does otherwise
   */
  check(opened: StoreUnderTest<Store>): Promise<void>;
}

export const MINUTE = 60_000;

/** All of it is JSON, where a field that is undefined and one that is missing are the same. */
export function same(actual: unknown, expected: unknown): void {
  assert.deepEqual(JSON.parse(JSON.stringify(actual ?? null)), JSON.parse(JSON.stringify(expected)));
}
