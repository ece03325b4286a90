import { join } from 'node:path';
import { bundled } from '../../../../test/helpers/bundled.ts';
import { type Child, startChild } from './child.ts';
import type { InstanceOptions, InstanceReady } from './instance.ts';
import type { Random } from './random.ts';

const INSTANCE = join(import.meta.dirname, 'instance.ts');

type Instance = Child<InstanceReady>;

/** Instances of the server, of which each that dies is replaced. */
export interface Fleet {
  /** Ports of those that are up. */
  ports(): readonly number[];
  /** Kills one at random, once the one killed before has been replaced: an outage of everything is not what is tested. */
  killOne(random: Random): boolean;
  stop(): Promise<void>;
}

export async function startFleet(size: number, options: InstanceOptions): Promise<Fleet> {
  const up: Instance[] = [];
  const starting = new Set<Promise<void>>();
  let stopping = false;

  function start(): Promise<void> {
    // Bundled, because one that is killed each second would hardly ever be replaced in time.
    const started = bundled(INSTANCE)
      .then((file) => startChild<InstanceReady>(file, options))
      .then(enlist)
      .finally(() => starting.delete(started));
    starting.add(started);
    return started;
  }

  function enlist(instance: Instance): void {
    up.push(instance);
    // Until the operating system reports it, requests are still sent there, as a load balancer would.
    void instance.gone.then(() => up.splice(up.indexOf(instance), 1));
    if (stopping) instance.kill();
  }

  async function stop(): Promise<void> {
    stopping = true;
    for (const instance of up) instance.kill();
    await Promise.allSettled(starting);
    await Promise.all(up.map(({ gone }) => gone));
  }

  try {
    await Promise.all(Array.from({ length: size }, start));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ports: () => up.map(({ ready }) => ready.port),
    killOne(random) {
      if (up.length < size) return false;
      random.pick(up)?.kill();
      void start();
      return true;
    },
    stop,
  };
}
