import { afterAll } from 'vitest';
import type { Filter } from '../../src/domain/dimension.ts';
import type { Engine } from '../../src/engines/engine.ts';
import type { Call, Line } from '../helpers/log-files.ts';

/** Makes an engine over deliveries, each of them one log file (or one batch of events) of its own. */
export type MakeEngine = (deliveries: readonly (readonly Line[])[]) => Promise<Engine>;

/** What one case asks about: calls among those of other cases, in accounts that nobody else has. */
export interface Part {
  /** As they were given, but for their accounts. */
  calls: readonly Call[];
  /** Leaves this part of all there is. */
  mine: Filter;
  engine(): Promise<Engine>;
}

export interface SharedEngine {
  /** Adds a delivery of calls, or several. To be called before the first question: while cases are collected. */
  part(...deliveries: readonly (readonly Call[])[]): Part;
  /** All that the engine has. */
  calls(): Call[];
  engine(): Promise<Engine>;
}

/**
 * One engine for all cases of a `describe` that do nothing but ask: to make one takes far longer than to ask it. Made with the first
 * question, closed after the last.
 */
export function shareEngine(makeEngine: MakeEngine): SharedEngine {
  let made: Promise<Engine> | undefined;
  const { engine, ...parts } = collectParts((deliveries) => {
    made = makeEngine(deliveries);
    return made;
  });
  afterAll(async () => (await made)?.close());
  return { engine, ...parts };
}

const FIRST_ACCOUNT = 500_000_000_000;

/** The same, but whoever asks for the engine closes it. */
export function collectParts(makeEngine: MakeEngine): SharedEngine {
  const deliveries: (readonly Call[])[] = [];
  let accounts = 0;
  let making: Promise<Engine> | undefined;

  function engine(): Promise<Engine> {
    making ??= makeEngine(deliveries);
    return making;
  }

  return {
    engine,
    calls: () => deliveries.flat(),
    part(...given) {
      if (making !== undefined) throw new Error('the engine is made already');
      const own = new Map<string, string>();
      const ownAccount = (account: string) => {
        const known = own.get(account) ?? String(FIRST_ACCOUNT + accounts++);
        own.set(account, known);
        return known;
      };
      const mine = given.map((calls) => calls.map((call) => ({ ...call, account: ownAccount(call.account) })));
      deliveries.push(...mine);
      return { calls: mine.flat(), mine: { dimension: 'account', values: [...own.values()] }, engine };
    },
  };
}
