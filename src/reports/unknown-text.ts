import { displayUsd, usdFromText } from '../domain/money.ts';
import { type Lacking, lackingOf, lackingTexts } from '../domain/unpriced.ts';
import type { Measures } from './report.ts';

type Money = Pick<Measures, 'cost_usd' | 'unpriced_invocations' | 'unpriced_reasons'>;

/** What a row or the totals lack. */
export function lackingIn({ unpriced_invocations, unpriced_reasons }: Omit<Money, 'cost_usd'>): Lacking {
  return lackingOf(unpriced_invocations, unpriced_reasons);
}

/** `468 unpriced and not in the dollars`; of some it is not even known what they used. Nothing where all is known. */
export function unknownText(measures: Omit<Money, 'cost_usd'>): string[] {
  const texts = lackingTexts(lackingIn(measures));
  return texts.length > 0 ? [`${texts.join(', ')} and not in the dollars`] : [];
}

/** The dollars; where nothing is known of them, what is missing. */
export function costText(money: Money): string {
  const cost = usdFromText(money.cost_usd);
  if (cost.gt(0) || money.unpriced_invocations === 0) return displayUsd(cost);
  return lackingIn(money).price > 0 ? 'unpriced' : 'not known';
}
