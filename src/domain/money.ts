import Big from 'big.js';

/** Exact dollars. Never a floating-point number: rates are decimal text and sums stay exact. */
export type Usd = Big;

export const ZERO_USD: Usd = new Big(0);

/** One millionth; multiplying by it is exact where dividing by a million would round. */
const PER_MILLION = new Big('0.000001');

/** @param text a plain decimal such as `0.075` */
export function usdFromText(text: string): Usd {
  return new Big(text);
}

/** Cost of tokens at a rate in USD per one million tokens. */
export function costOfTokens(tokens: number | bigint | Big, usdPerMillion: Usd): Usd {
  return new Big(tokens.toString()).times(usdPerMillion).times(PER_MILLION);
}

/** Exact decimal text without exponent: `0.000000020`. */
export function textFromUsd(amount: Usd): string {
  return amount.toFixed();
}

/** For people: `$1,234.56`; below a cent as many digits as it takes to show two. */
export function displayUsd(amount: Usd): string {
  const size = amount.abs();
  const [whole, cents] = (size.gt(0) && size.lt('0.01') ? size.prec(2).toFixed() : size.toFixed(2)).split('.') as [
    string,
    string,
  ];
  return `${amount.lt(0) ? '-' : ''}$${BigInt(whole).toLocaleString('en-US')}.${cents}`;
}
