import { SpendError } from '../../domain/errors.ts';
import { displayUsd, type Usd, ZERO_USD } from '../../domain/money.ts';

/** Keeps how much was spent on each UTC day, by whom. */
export interface DaySums {
  /**
   * Adds to a sum, unless it would exceed the limit; a negative amount gives back.
   * @param day such as `2026-11-30`
   * @returns whether it was added
   */
  add(day: string, of: string, usd: Usd, most: Usd): Promise<boolean>;
}

/** What a UTC day has left, for one who asks. */
export interface DayLimit {
  /**
   * @returns gives it back
   * @throws SpendError SCAN_TOO_EXPENSIVE
   */
  take(usd: Usd): Promise<() => Promise<void>>;
}

export interface DayLimitsOptions {
  sums: DaySums;
  /** Of everybody together; undefined: no limit. */
  maxUsd: Usd | undefined;
  /** Of each client. */
  maxClientUsd: Usd | undefined;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Limits on what scans may cost in a UTC day: of the whole server, and of each client. */
export function createDayLimits({ sums, maxUsd, maxClientUsd, now }: DayLimitsOptions) {
  return (principal: string | undefined): DayLimit => {
    const limits = [
      ...(principal !== undefined && maxClientUsd
        ? [{ of: `client ${principal}`, most: maxClientUsd, whose: 'you may spend' }]
        : []),
      ...(maxUsd ? [{ of: 'server', most: maxUsd, whose: 'this server may spend' }] : []),
    ];
    return {
      async take(usd) {
        const day = new Date(now()).toISOString().slice(0, 10);
        const added: (typeof limits)[number][] = [];
        const giveBack = async () => {
          for (const { of, most } of added) await sums.add(day, of, ZERO_USD.minus(usd), most);
        };
        try {
          for (const limit of limits) {
            if (!(await sums.add(day, limit.of, usd, limit.most))) throw spent(usd, limit);
            added.push(limit);
          }
        } catch (error) {
          await giveBack();
          throw error;
        }
        return giveBack;
      },
    };
  };
}

function spent(usd: Usd, { most, whose }: { most: Usd; whose: string }): SpendError {
  return new SpendError(
    'SCAN_TOO_EXPENSIVE',
    `Answering would scan logs for ${displayUsd(usd)}, and with that more than the ${displayUsd(most)} that ${whose} in a day would be gone. Ask again after midnight UTC, or what was asked before, in the same words; the operator can raise the limit.`,
  );
}

/** Sums of one process, gone with it. */
export function createMemoryDaySums(): DaySums {
  const days = new Map<string, Map<string, Usd>>();
  return {
    async add(day, of, usd, most) {
      const sums = days.get(day) ?? new Map<string, Usd>();
      const sum = (sums.get(of) ?? ZERO_USD).plus(usd);
      if (usd.gt(ZERO_USD) && sum.gt(most)) return false;
      days.set(day, sums.set(of, sum));
      // The day before can still be given back to.
      for (const old of [...days.keys()].sort().slice(0, -2)) days.delete(old);
      return true;
    },
  };
}
