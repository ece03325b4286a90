import {
  type Engine,
  everything,
  type InvocationsQuery,
  METADATA_KEYS_MS,
  type ScanBudget,
  type TimeRange,
  type UsageQuery,
  type Work,
} from '../engine.ts';

/**
 * Refuses beforehand what a question has no budget for; what is not known to cost less is refused, too. Engines take from the budget
 * when they scan.
 * @param newBudget for work that brings none: each call is a question then
 */
export function capEngine(engine: Engine, newBudget: () => ScanBudget): Engine {
  const counted = (work: Work = {}) => ({ ...work, budget: work.budget ?? newBudget() });
  type Counted = ReturnType<typeof counted>;

  async function check(query: UsageQuery | InvocationsQuery, work: Counted): Promise<void> {
    work.budget.check(await engine.quote(query, work));
  }
  async function range(work: Counted): Promise<TimeRange> {
    if (engine.rangeReadsLogs) await check(everything({ from: 0, to: 1 }), work);
    return engine.range(work);
  }
  return {
    ...engine,
    async usage(query, work) {
      const own = counted(work);
      await check(query, own);
      return engine.usage(query, own);
    },
    async invocations(query, work) {
      const own = counted(work);
      await check(query, own);
      return engine.invocations(query, own);
    },
    range: (work) => range(counted(work)),
    async metadataKeys(work) {
      const own = counted(work);
      const { last } = await range(own);
      if (last !== undefined) await check(everything({ from: last - METADATA_KEYS_MS, to: last + 1 }), own);
      return engine.metadataKeys(own);
    },
  };
}
