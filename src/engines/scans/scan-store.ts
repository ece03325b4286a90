/** Where the instances of a server keep what scans found, each for all of them. */
export interface ScanStore {
  get(key: string): Promise<Uint8Array | undefined>;
  /** @param expires when it goes, epoch milliseconds */
  put(key: string, bytes: Uint8Array, expires: number): Promise<void>;
}

/** A store that holds nothing while it fails, since a scan answers, too. That it fails is logged once, until it works again. */
export function forgivingStore(store: ScanStore, log: (message: string) => void): ScanStore {
  let failing = false;
  async function tried<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await call();
      failing = false;
      return result;
    } catch (error) {
      if (!failing) log(`What scans found is not kept for other instances: ${(error as Error).message}`);
      failing = true;
      return undefined;
    }
  }
  return {
    get: (key) => tried(() => store.get(key)),
    put: (key, bytes, expires) => tried(() => store.put(key, bytes, expires)),
  };
}
