import { join } from 'node:path';
import { startChild } from './child.ts';
import { type Crowd, connectCrowd } from './crowd.ts';
import type { StoreAddress } from './dynamodb-process.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type FrontOptions, startFront } from './front.ts';
import { createLedger, type Ledger } from './ledger.ts';

/** Store, instances, front and clients, all up and connected. */
export interface Rig {
  fleet: Fleet;
  crowd: Crowd;
  ledger: Ledger;
}

export interface RigOptions {
  instances: number;
  clients: number;
  /** `memory`: a store per instance, with which sessions must get lost. */
  store: 'dynamodb' | 'memory';
  leaseMs: number;
  retryMs: number;
  callMs: number;
  front(fleet: Fleet): FrontOptions;
}

/** Gives a rig to work with; afterwards nothing of it is left, whatever happened. */
export async function withRig<Result>(options: RigOptions, work: (rig: Rig) => Promise<Result>): Promise<Result> {
  const cleanups: (() => unknown)[] = [];
  try {
    const store = options.store === 'dynamodb' ? await startStore(cleanups) : undefined;
    const { leaseMs, retryMs } = options;
    const fleet = await startFleet(options.instances, { store, leaseMs, retryMs });
    cleanups.unshift(fleet.stop);
    const front = await startFront(options.front(fleet));
    cleanups.unshift(front.close);
    const ledger = createLedger();
    const crowd = await connectCrowd({ size: options.clients, url: front.url, callMs: options.callMs, ledger });
    cleanups.unshift(crowd.close);
    return await work({ fleet, crowd, ledger });
  } finally {
    // One that fails must not keep the others from running.
    for (const cleanup of cleanups) await Promise.resolve().then(cleanup).catch(console.error);
  }
}

async function startStore(cleanups: (() => unknown)[]): Promise<StoreAddress> {
  const store = await startChild<StoreAddress>(join(import.meta.dirname, 'dynamodb-process.ts'), {});
  cleanups.unshift(store.kill);
  return store.ready;
}
