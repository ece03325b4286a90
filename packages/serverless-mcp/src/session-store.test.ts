import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemorySessionStore } from './memory-session-store.ts';
import { renewSession } from './session-store.ts';
import { sessionRow } from './testing/session-row.ts';

const IDLE_MS = 1_000_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const ROW = sessionRow('a', { expiresAt: IDLE_MS });

describe('a session that is used', () => {
  it.each([
    ['lives on', 60_000, IDLE_MS + 60_000],
    ['is not written again a moment later', 40_000, IDLE_MS],
  ])('%s', async (_, usedAt, expiresAt) => {
    const store = createMemorySessionStore();
    await store.create(ROW);
    vi.setSystemTime(usedAt);
    await renewSession(store, ROW, IDLE_MS);
    expect((await store.get('a'))?.expiresAt).toBe(expiresAt);
  });
});
