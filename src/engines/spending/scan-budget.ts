import { SpendError } from '../../domain/errors.ts';
import { displayUsd, textFromUsd, type Usd, usdFromText, ZERO_USD } from '../../domain/money.ts';
import type { ScanBudget } from '../engine.ts';
import type { Quote } from '../quote.ts';
import type { DayLimit } from './day-limits.ts';

export interface ScanBudgetOptions {
  /** Most that one question may cost; undefined: no limit. */
  maxUsd: Usd | undefined;
  /** What is left of the UTC day is drawn from as well. */
  days?: DayLimit | undefined;
}

/** What one question may still spend: however many scans it takes, they draw from the same sum. */
export function createScanBudget({ maxUsd, days }: ScanBudgetOptions): ScanBudget {
  let taken = ZERO_USD;

  function check(quote: Pick<Quote, 'usd'>): Usd {
    if (quote.usd === undefined) throw tooExpensive('an unknown sum', maxUsd, taken);
    const usd = usdFromText(quote.usd);
    if (maxUsd && taken.plus(usd).gt(maxUsd)) throw tooExpensive(displayUsd(usd), maxUsd, taken);
    return usd;
  }

  return {
    check,
    async take(quote) {
      const usd = check(quote);
      // Counted before the wait: scans that start at the same time draw from the same sum.
      taken = taken.plus(usd);
      const giveBack = () => {
        taken = taken.minus(usd);
      };
      const restoreDay = await days?.take(usd).catch((error) => {
        giveBack();
        throw error;
      });
      return async () => {
        giveBack();
        await restoreDay?.();
      };
    },
    taken: () => textFromUsd(taken),
    resume(before) {
      taken = taken.plus(usdFromText(before));
    },
  };
}

function tooExpensive(cost: string, maxUsd: Usd | undefined, taken: Usd): SpendError {
  const spent = taken.eq(ZERO_USD) ? '' : `, after ${displayUsd(taken)} that it has cost already`;
  const limit =
    maxUsd === undefined
      ? 'and this server counts what scans cost'
      : `more than the ${displayUsd(maxUsd)} this server may spend on a question`;
  return new SpendError(
    'SCAN_TOO_EXPENSIVE',
    `Answering would scan logs for ${cost}${spent}, ${limit}. Ask for a shorter period or one region; the operator can raise --max-scan-usd.`,
  );
}
