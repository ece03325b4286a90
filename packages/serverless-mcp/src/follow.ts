import type { SessionOptions } from './options.ts';
import { pause } from './pause.ts';
import type { StoredEvent } from './session-store.ts';

/** How long one read may take; drivers that cannot wait poll meanwhile. */
const READ_WAIT_MS = 20_000;

/** After the store failed. */
const RETRY_MS = 1_000;

/**
 * Hands over the events of a channel until the signal aborts, whatever the store does meanwhile.
 * @param start finds the sequence number to begin after
 */
export async function followChannel(
  { store, onError }: Pick<SessionOptions, 'store' | 'onError'>,
  channel: string,
  start: () => number | Promise<number>,
  signal: AbortSignal,
  onEvent: (event: StoredEvent) => void,
): Promise<void> {
  let after: number | undefined;
  while (!signal.aborted) {
    try {
      after ??= await start();
      for (const event of await store.read(channel, after, { waitMs: READ_WAIT_MS, signal })) {
        after = event.sequence;
        onEvent(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      onError(error as Error);
      await pause(RETRY_MS, signal);
    }
  }
}
