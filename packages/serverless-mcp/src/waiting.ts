import type { SessionOptions } from './options.ts';
import type { StoredEvent } from './session-store.ts';

/** How long one read may take; drivers that cannot wait poll meanwhile. */
const READ_WAIT_MS = 20_000;

/** After the store failed. */
const RETRY_MS = 1_000;

/** Resolves after the time, or as soon as the signal aborts. Node's own timer rejects then, with an error that is made for each call. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    if (signal?.aborted) wake();
    else signal?.addEventListener('abort', wake);
  });
}

/** Takes a step again and again until the signal aborts. One that fails is told of, and taken again a second later. */
export async function repeat(
  step: () => Promise<void>,
  signal: AbortSignal,
  onError: (error: Error) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await step();
    } catch (error) {
      if (signal.aborted) return;
      onError(error as Error);
      await pause(RETRY_MS, signal);
    }
  }
}

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
  const readOn = async () => {
    after ??= await start();
    for (const event of await store.read(channel, after, { waitMs: READ_WAIT_MS, signal })) {
      after = event.sequence;
      onEvent(event);
    }
  };
  await repeat(readOn, signal, onError);
}
