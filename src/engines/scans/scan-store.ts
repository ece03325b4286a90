import { setTimeout as sleep } from 'node:timers/promises';

/** Where the instances of a server keep what scans found, each for all of them. */
export interface ScanStore {
  get(key: string): Promise<Uint8Array | undefined>;
  /** @param expires when it goes, epoch milliseconds */
  put(key: string, bytes: Uint8Array, expires: number): Promise<void>;
}

/** A scan answers, too: who asks does not wait longer for a slow store. */
const WAIT_MS = 2_000;

/** Nor does whoever asks within this time after it failed. */
const PAUSE_MS = 60_000;

/** A store that holds nothing while it fails or is slow, which is logged once, until it works again. */
export function forgivingStore(
  store: ScanStore,
  log: (message: string) => void,
  { waitMs = WAIT_MS, now = Date.now } = {},
): ScanStore {
  let failing = false;
  let pausedUntil = 0;
  async function tried<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    if (now() < pausedUntil) return undefined;
    try {
      const result = await Promise.race([call(), tooLate(waitMs)]);
      failing = false;
      return result;
    } catch (error) {
      if (!failing) log(`What scans found is not kept for other instances: ${(error as Error).message}`);
      failing = true;
      pausedUntil = now() + PAUSE_MS;
      return undefined;
    }
  }
  return {
    get: (key) => tried(() => store.get(key)),
    put: (key, bytes, expires) => tried(() => store.put(key, bytes, expires)),
  };
}

async function tooLate(waitMs: number): Promise<never> {
  await sleep(waitMs, undefined, { ref: false });
  throw new Error(`the session table did not answer within ${waitMs / 1_000} s.`);
}
