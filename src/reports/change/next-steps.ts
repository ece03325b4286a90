import { usdFromText } from '../../domain/money.ts';
import type { SpendChange } from './schema.ts';

/** How to look closer at who changed most: when, and which sessions. */
export function nextSteps(
  { contributors, before, after, by }: Pick<SpendChange, 'contributors' | 'before' | 'after' | 'by'>,
  where: readonly string[],
): SpendChange['next_steps'] {
  const [top] = contributors;
  if (top === undefined || usdFromText(top.change_usd).eq(0)) return [];
  const { from, to, timezone } = usdFromText(top.change_usd).gt(0) ? after : before;
  const others = where.filter((filter) => !filter.startsWith(`${by}=`) && !filter.startsWith('model='));
  const closer = { from, to, timezone, where: [...others, `${by}=${top.caller}`, `model=${top.model}`] };
  return [
    { tool: 'spend_over_time', arguments: { interval: 'hour', ...closer }, why: 'when it was' },
    {
      tool: 'breakdown_spend',
      arguments: { by: ['session', 'status'], ...closer },
      why: 'which sessions made the calls',
    },
  ];
}
