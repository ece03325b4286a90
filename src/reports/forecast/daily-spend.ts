import type { Filter } from '../../domain/dimension.ts';
import { type Usd, ZERO_USD } from '../../domain/money.ts';
import { type Bucket, bucketsFromPeriod, type Period } from '../../domain/period.ts';
import type { ReportContext } from '../context.ts';
import { type PricedAnswer, pricedUsage } from '../usage/breakdown.ts';

export interface DaySpend extends Bucket {
  usd: Usd;
}

/** The exact spend of each day of a period, days without any included. */
export async function dailySpend(
  period: Period,
  where: readonly Filter[],
  context: ReportContext,
): Promise<{ days: DaySpend[]; answer: PricedAnswer }> {
  const answer = await pricedUsage({ period, where, by: ['day'] }, context);
  const costs = new Map(answer.usage.groups.map(({ key, cost }) => [key['day'], cost]));
  const days = bucketsFromPeriod('day', period).map((bucket) => ({
    ...bucket,
    usd: costs.get(bucket.label) ?? ZERO_USD,
  }));
  return { days, answer };
}
