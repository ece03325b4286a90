import { SpendError } from '../../domain/errors.ts';
import { displayUsd, type Usd, usdFromText } from '../../domain/money.ts';
import {
  type Engine,
  everything,
  type InvocationsQuery,
  METADATA_KEYS_MS,
  type TimeRange,
  type UsageQuery,
  type Work,
} from '../engine.ts';

/** Refuses what would cost more than the operator allows for one question; what is not known to cost less is refused, too. */
export function capEngine(engine: Engine, maxUsd: Usd): Engine {
  async function check(query: UsageQuery | InvocationsQuery, work: Work | undefined): Promise<void> {
    const { usd } = await engine.quote(query, work);
    if (usd !== undefined && usdFromText(usd).lte(maxUsd)) return;
    const cost = usd === undefined ? 'an unknown sum' : displayUsd(usdFromText(usd));
    throw new SpendError(
      'SCAN_TOO_EXPENSIVE',
      `Answering would scan logs for ${cost}, more than the ${displayUsd(maxUsd)} this server may spend on a question. Ask for a shorter period or one region; the operator can raise --max-scan-usd.`,
    );
  }
  async function range(work: Work | undefined): Promise<TimeRange> {
    if (engine.rangeReadsLogs) await check(everything({ from: 0, to: 1 }), work);
    return engine.range(work);
  }
  return {
    ...engine,
    async usage(query, work) {
      await check(query, work);
      return engine.usage(query, work);
    },
    async invocations(query, work) {
      await check(query, work);
      return engine.invocations(query, work);
    },
    range,
    async metadataKeys(work) {
      const { last } = await range(work);
      if (last !== undefined) await check(everything({ from: last - METADATA_KEYS_MS, to: last + 1 }), work);
      return engine.metadataKeys(work);
    },
  };
}
