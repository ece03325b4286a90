import { displayUsd, usdFromText, ZERO_USD } from '../../../domain/money.ts';
import { printableLine } from '../../../domain/printable.ts';
import type { Measures } from '../../../reports/report.ts';

export { compact, count } from '../../../reports/render.ts';
export { costText as costOf } from '../../../reports/unknown-text.ts';

export function dollars(text: string): string {
  return displayUsd(usdFromText(text));
}

/** Every digit there is: `$1,172.34986993`. */
export function exactDollars(text: string): string {
  const [whole = '', decimals] = text.split('.');
  return `$${BigInt(whole).toLocaleString('en-US')}${decimals ? `.${decimals}` : ''}`;
}

/** In per cent, as a number for widths and as text. */
export function share(part: string, whole: string): { width: number; text: string } {
  const total = usdFromText(whole);
  if (total.lte(ZERO_USD)) return { width: 0, text: '' };
  const percent = usdFromText(part).div(total).times(100);
  if (percent.eq(0)) return { width: 0, text: '' };
  return {
    width: Number(percent.toFixed(2)),
    text: percent.lt('0.1') ? '< 0.1 %' : `${percent.toFixed(1)} %`,
  };
}

export function tokensOf(measures: Measures): number {
  return inputOf(measures) + measures.output_tokens;
}

type Inputs = Pick<Measures, 'input_tokens' | 'cache_read_tokens' | 'cache_write_5m_tokens' | 'cache_write_1h_tokens'>;

/** Everything that was sent, cached or not. */
export function inputOf(measures: Inputs): number {
  const { input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens } = measures;
  return input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens;
}

/** Names come from callers: what is invisible in them is made visible. */
export const clean = printableLine;

/** `2026-10-14 05:12` in UTC. */
export function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
