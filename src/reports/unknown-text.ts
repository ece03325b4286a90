import { displayUsd, usdFromText } from '../domain/money.ts';
import { unpricedByLack } from '../domain/unpriced.ts';
import type { Measures } from './report.ts';

type Money = Pick<Measures, 'cost_usd' | 'unpriced_invocations' | 'unpriced_reasons'>;

/** `468 unpriced and not in the dollars`; of some it is not even known what they used. Nothing where all is known. */
export function unknownText({ unpriced_invocations: all, unpriced_reasons }: Omit<Money, 'cost_usd'>): string[] {
  const { usage } = unpricedByLack(unpriced_reasons);
  const price = all - usage;
  const parts = [
    ...(price > 0 ? [`${price.toLocaleString('en-US')} unpriced`] : []),
    ...(usage > 0 ? [`${usage.toLocaleString('en-US')} of unknown usage`] : []),
  ];
  return parts.length > 0 ? [`${parts.join(', ')} and not in the dollars`] : [];
}

/** The dollars; where nothing is known of them, what is missing. */
export function costText(money: Money): string {
  const cost = usdFromText(money.cost_usd);
  if (cost.gt(0) || money.unpriced_invocations === 0) return displayUsd(cost);
  return unpricedByLack(money.unpriced_reasons).usage === money.unpriced_invocations ? 'not known' : 'unpriced';
}
