import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { pause } from './pause.ts';
import { BUS_CHANNEL, type SessionStore } from './session-store.ts';

/** Change events for everybody, on every instance. */
export interface StoreBus extends ServerEventBus {
  /** Resolves when all that was published is in the store: after it, a serverless platform may stop the instance. */
  flush(): Promise<void>;
}

/** How long one read may wait. */
const READ_WAIT_MS = 20_000;

/** After the store failed. */
const RETRY_MS = 1_000;

/** A bus over the store's channel; it is read only while somebody listens. */
export function createStoreBus(store: SessionStore, onError: (error: Error) => void): StoreBus {
  const listeners = new Set<(event: ServerEvent) => void>();
  const writing = new Set<Promise<void>>();
  let reading: AbortController | undefined;

  async function read({ signal }: AbortController): Promise<void> {
    let after: number | undefined;
    while (!signal.aborted) {
      try {
        after ??= await store.last(BUS_CHANNEL);
        for (const { sequence, data } of await store.read(BUS_CHANNEL, after, { waitMs: READ_WAIT_MS, signal })) {
          after = sequence;
          for (const listener of listeners) listener(JSON.parse(data));
        }
      } catch (error) {
        if (signal.aborted) return;
        onError(error as Error);
        await pause(RETRY_MS, signal);
      }
    }
  }

  return {
    publish(event) {
      const written = store
        .append(BUS_CHANNEL, [{ data: JSON.stringify(event) }])
        .catch(onError)
        .finally(() => writing.delete(written));
      writing.add(written);
    },
    subscribe(listener) {
      listeners.add(listener);
      if (reading === undefined) {
        reading = new AbortController();
        void read(reading);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        reading?.abort();
        reading = undefined;
      };
    },
    async flush() {
      await Promise.all(writing);
    },
  };
}
