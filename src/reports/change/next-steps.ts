import { usdFromText } from '../../domain/money.ts';
import type { SpendChange } from './schema.ts';

/** Enough to see whether a few requests or all of them are expensive. */
const REQUESTS = 5;

/** How to look closer at who changed most: when, which sessions and, where spend rose, which requests. */
export function nextSteps(
  { contributors, before, after, by }: Pick<SpendChange, 'contributors' | 'before' | 'after' | 'by'>,
  where: readonly string[],
): SpendChange['next_steps'] {
  const [top] = contributors;
  if (top === undefined || usdFromText(top.change_usd).eq(0)) return [];
  const rose = usdFromText(top.change_usd).gt(0);
  const { from, to, timezone } = rose ? after : before;
  const others = where.filter((filter) => !filter.startsWith(`${by}=`) && !filter.startsWith('model='));
  const closer = { from, to, timezone, where: [...others, `${by}=${top.caller}`, `model=${top.model}`] };
  return [
    { tool: 'spend_over_time', arguments: { interval: 'hour', ...closer }, why: 'when it was' },
    {
      tool: 'breakdown_spend',
      arguments: { by: ['session', 'status'], ...closer },
      why: 'which sessions made the calls',
    },
    ...(rose
      ? [
          {
            tool: 'find_expensive_invocations',
            arguments: { ...closer, limit: REQUESTS },
            why: 'which requests cost most',
          },
        ]
      : []),
  ];
}
