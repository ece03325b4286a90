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
  async function within(query: UsageQuery | InvocationsQuery, work: Work = {}): Promise<Work> {
    const { budget = newBudget() } = work;
    budget.check(await engine.quote(query, work));
    return { ...work, budget };
  }
  async function range(work: Work = {}): Promise<TimeRange> {
    const { budget = newBudget() } = work;
    if (engine.rangeReadsLogs) await within(everything({ from: 0, to: 1 }), { ...work, budget });
    return engine.range({ ...work, budget });
  }
  return {
    ...engine,
    usage: async (query, work) => engine.usage(query, await within(query, work)),
    invocations: async (query, work) => engine.invocations(query, await within(query, work)),
    range,
    async metadataKeys(work = {}) {
      const { budget = newBudget() } = work;
      const counted = { ...work, budget };
      const { last } = await range(counted);
      if (last !== undefined) await within(everything({ from: last - METADATA_KEYS_MS, to: last + 1 }), counted);
      return engine.metadataKeys(counted);
    },
  };
}
