import { setTimeout as sleep } from 'node:timers/promises';
import { type Cutter, createCutter } from './cutter.ts';
import type { Fleet } from './fleet.ts';
import type { Counts } from './ledger.ts';
import { planStream } from './planned-call.ts';
import { createRandom, type Random } from './random.ts';
import { withRig } from './rig.ts';
import type { SessionClient } from './session-client.ts';
import type { SessionCounts } from './session-watch.ts';

export interface CutOptions {
  cuts: number;
  clients: number;
  instances: number;
  seed: number;
}

export interface CutReport extends Counts, SessionCounts {
  /** While the POST's own stream was open. */
  cutsOfPosts: number;
  /** While a stream was open that went on after another cut. */
  cutsOfResumed: number;
  /** Of both, those in the middle of an event. */
  cutsInEvents: number;
  seconds: number;
}

export const CUT_DEFAULTS: CutOptions = { cuts: 500, clients: 10, instances: 3, seed: 1 };

/** Long: no instance dies here, so none may be taken for dead. */
const LEASE_MS = 10_000;

/** A call that has not ended by then is taken for one that never will. */
const CALL_MS = 30_000;

/** Short: the sooner a client is back, the more cuts fit into a call. */
const RETRY_MS = 50;

/** What comes late, comes before this. */
const SETTLE_MS = 500;

/** Clients listen to calls while their connections are cut; each is to get everything, once and in order. */
export function runCuts(given: Partial<CutOptions> = {}): Promise<CutReport> {
  const options = { ...CUT_DEFAULTS, ...given };
  const random = createRandom(options.seed);
  let cutter: Cutter | undefined;
  const front = ({ ports }: Fleet) => {
    cutter = createCutter({ ports, random: random.fork(), cuts: options.cuts });
    return cutter;
  };
  const times = { leaseMs: LEASE_MS, retryMs: RETRY_MS, callMs: CALL_MS };
  const rig = { ...options, ...times, store: 'dynamodb', front } as const;
  return withRig(rig, async ({ crowd, ledger }) => {
    const { counts, done } = cutter as Cutter;
    const begun = performance.now();
    await Promise.all(crowd.clients.map((client, index) => listenUntil(done, client, `${index}`, random.fork())));
    const seconds = (performance.now() - begun) / 1000;
    await sleep(SETTLE_MS);
    const cuts = { cutsOfPosts: counts.post, cutsOfResumed: counts.resumed, cutsInEvents: counts.torn };
    return { ...ledger.count(), ...crowd.counts(), ...cuts, seconds };
  });
}

async function listenUntil(done: () => boolean, client: SessionClient, name: string, random: Random): Promise<void> {
  for (let number = 0; !done(); number++) await client.call(planStream(random, `${name}/${number}`));
}
