import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { BUS_CHANNEL, type SessionStore } from './session-store.ts';
import { followChannel } from './waiting.ts';

/** Change events for everybody, on every instance. */
export interface StoreBus extends ServerEventBus {
  /** Resolves when all that was published is in the store: after it, a serverless platform may stop the instance. */
  flush(): Promise<void>;
}

/** A bus over the store's channel; it is read only while somebody listens. What the store does not take is told to `onError`, and lost. */
export function createStoreBus(store: SessionStore, onError: (error: Error) => void): StoreBus {
  const listeners = new Set<(event: ServerEvent) => void>();
  const writing = new Set<Promise<void>>();
  let reading: AbortController | undefined;

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
        void followChannel(
          { store, onError },
          BUS_CHANNEL,
          () => store.last(BUS_CHANNEL),
          reading.signal,
          ({ data }) => {
            for (const other of listeners) other(JSON.parse(data));
          },
        );
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
