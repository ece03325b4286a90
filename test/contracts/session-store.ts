import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionMessage, SessionRow, SessionStore } from '../../src/serverless/session-store.ts';

export interface StoreUnderTest {
  store: SessionStore;
  /** Moves the store's clock. */
  advance(ms: number): void;
  close(): Promise<void>;
}

const MINUTE = 60_000;

/** What every session store must do, whatever it keeps its rows in. */
export function testSessionStore(name: string, open: (now: number) => Promise<StoreUnderTest>): void {
  describe(`session store: ${name}`, () => {
    const begun = Date.parse('2026-10-01T00:00:00Z');
    let opened: StoreUnderTest;
    let store: SessionStore;

    beforeEach(async () => {
      opened = await open(begun);
      store = opened.store;
    });
    afterEach(() => opened.close());

    const row = (id: string, change: Partial<SessionRow> = {}): SessionRow => ({
      id,
      owner: undefined,
      initialize: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
      logLevel: undefined,
      subscriptions: [],
      expiresAt: begun + 10 * MINUTE,
      ...change,
    });

    const ping = (id: string): SessionMessage => ({ to: 'server', message: { jsonrpc: '2.0', id, method: 'ping' } });

    it('gives back the row it was given', async () => {
      const full = row('a', { owner: 'key-1', logLevel: 'warning', subscriptions: ['x://1'] });
      await store.create(full);
      expect(await store.get('a')).toEqual(full);
    });

    it('knows nothing of an id it never minted', async () => {
      expect(await store.get('never')).toBeUndefined();
      expect(await store.end('never')).toBe(false);
    });

    it('changes the given fields and no others', async () => {
      await store.create(row('a', { owner: 'key-1' }));
      await store.update('a', { logLevel: 'error' });
      await store.update('a', { expiresAt: begun + 60 * MINUTE });
      expect(await store.get('a')).toEqual(
        row('a', { owner: 'key-1', logLevel: 'error', expiresAt: begun + 60 * MINUTE }),
      );
    });

    it('does not bring an ended session back by changing it', async () => {
      await store.create(row('a'));
      expect(await store.end('a')).toBe(true);
      await store.update('a', { logLevel: 'error' });
      expect(await store.get('a')).toBeUndefined();
      expect(await store.end('a')).toBe(false);
    });

    it('forgets a session when its time is up, not before', async () => {
      await store.create(row('a'));
      opened.advance(10 * MINUTE - 1);
      expect(await store.get('a')).toBeDefined();
      opened.advance(1);
      expect(await store.get('a')).toBeUndefined();
      expect(await store.end('a')).toBe(false);
    });

    it('keeps sessions apart', async () => {
      await store.create(row('a'));
      await store.create(row('b', { owner: 'key-2' }));
      await store.end('a');
      expect(await store.get('b')).toEqual(row('b', { owner: 'key-2' }));
    });

    it('hands messages to those who listen to that session, in order, until they stop', async () => {
      const heard: SessionMessage[] = [];
      const other: SessionMessage[] = [];
      await store.create(row('a'));
      await store.create(row('b'));
      const stop = store.listen('a', (message) => heard.push(message));
      store.listen('b', (message) => other.push(message));
      await store.send('a', ping('1'));
      await store.send('a', ping('2'));
      await expect.poll(() => heard).toEqual([ping('1'), ping('2')]);
      stop();
      await store.send('a', ping('3'));
      expect(heard).toHaveLength(2);
      expect(other).toEqual([]);
    });
  });
}
