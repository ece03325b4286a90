import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import { roundRobin } from './front.ts';
import type { Counts } from './ledger.ts';
import { planCall } from './planned-call.ts';
import { createRandom, type Random } from './random.ts';
import { type Rig, withRig } from './rig.ts';
import type { SessionClient } from './session-client.ts';
import type { SessionCounts } from './session-watch.ts';

export interface KillOptions {
  requests: number;
  clients: number;
  instances: number;
  seed: number;
  store: 'dynamodb' | 'memory';
  /** A call that has not ended by then is taken for one that never will. */
  callMs: number;
}

export interface KillReport extends Counts, SessionCounts {
  kills: number;
  /** Clients whose session still answered at the end. */
  sessionsAlive: number;
  seconds: number;
}

export const KILL_DEFAULTS: KillOptions = {
  requests: 10_000,
  clients: 20,
  instances: 3,
  seed: 1,
  store: 'dynamodb',
  callMs: 30_000,
};

const LEASE_MS = 2_000;
const RETRY_MS = 200;

/** Between two kills, on average. */
const KILL_EVERY_MS = 1_000;

/** Until the fleet is complete again. */
const LOOK_AGAIN_MS = 50;

/** Calls that each client has open at once. */
const LANES = 2;

/** After an error, as a client would wait; else an outage would use up all requests in no time. */
const AFTER_ERROR_MS = 100;

/** What comes late, comes before this. */
const SETTLE_MS = 500;

/** Clients call, instances die meanwhile; nobody is to notice more than the death of a call. */
export function runKills(given: Partial<KillOptions> = {}): Promise<KillReport> {
  const options = { ...KILL_DEFAULTS, ...given };
  const front = ({ ports }: Fleet) => ({ route: roundRobin(ports) });
  return withRig({ ...options, leaseMs: LEASE_MS, retryMs: RETRY_MS, front }, (rig) => callWhileKilling(rig, options));
}

async function callWhileKilling({ fleet, crowd, ledger }: Rig, { requests, seed }: KillOptions): Promise<KillReport> {
  const random = createRandom(seed);
  const begun = performance.now();
  const killing = killNowAndThen(fleet, random.fork());
  const take = countdown(requests);
  await Promise.all(
    crowd.clients.flatMap((client, index) =>
      Array.from({ length: LANES }, (_, lane) => callInTurn(client, `${index}/${lane}`, random.fork(), take)),
    ),
  );
  const kills = await killing.stop();
  const seconds = (performance.now() - begun) / 1000;
  await sleep(SETTLE_MS);
  const sessionsAlive = await countAlive(crowd.clients);
  return { ...ledger.count(), ...crowd.counts(), kills, sessionsAlive, seconds };
}

/** True so many times. */
function countdown(count: number): () => boolean {
  let left = count;
  return () => left-- > 0;
}

async function callInTurn(client: SessionClient, name: string, random: Random, take: () => boolean): Promise<void> {
  for (let number = 0; take(); number++) {
    const outcome = await client.call(planCall(random, `${name}/${number}`));
    if (outcome.kind === 'error') await sleep(AFTER_ERROR_MS);
  }
}

function killNowAndThen(fleet: Fleet, random: Random) {
  const over = new AbortController();
  let kills = 0;
  const done = (async () => {
    while (!over.signal.aborted) {
      const pauseMs = KILL_EVERY_MS * (0.7 + 0.6 * random.next());
      await sleep(pauseMs, undefined, { signal: over.signal }).catch(() => {});
      while (!over.signal.aborted && !fleet.killOne(random)) await sleep(LOOK_AGAIN_MS);
      if (!over.signal.aborted) kills++;
    }
  })();
  return {
    async stop() {
      over.abort();
      await done;
      return kills;
    },
  };
}

/** With a second try: the first one may land on the connection to an instance that was killed just now. */
async function countAlive(clients: readonly SessionClient[]): Promise<number> {
  const alive = await Promise.allSettled(clients.map((client) => client.ping().catch(client.ping)));
  return alive.filter(({ status }) => status === 'fulfilled').length;
}
