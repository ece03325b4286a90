import { openPrices } from '../compose.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { type Price, priceList, priceReport, textFromPrice, textFromPriceList } from '../reports/price.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';

interface PricesOptions extends OutputOptions {
  region: string;
  tier: string;
  promptTokens: number;
  at?: string;
  prices?: string;
  priceList?: string;
  refresh?: boolean;
}

export async function runPrices(model: string | undefined, options: PricesOptions): Promise<number> {
  if (options.refresh)
    return (await import('./refresh-prices.ts')).runRefreshPrices(options.region.split(','), options);
  const { book, aliases } = await openPrices({
    prices: readSetting('prices', options.prices),
    priceList: readSetting('priceList', options.priceList),
  });
  if (model === undefined) return printPriceList(priceList(book, Date.now()), options);
  const question = {
    model,
    region: options.region,
    tier: options.tier,
    prompt_tokens: options.promptTokens,
    at: options.at,
  };
  const price = priceReport(question, book, { aliases, notes: [] }, Date.now);
  if (price === undefined) {
    throw new SpendError(
      'INVALID_ARGUMENT',
      `No price is known for ${model} as asked: it would be reported as unpriced. An overrides file (--prices) can name one; "bedrock-spend prices" lists all that are known.`,
    );
  }
  console.log(options.json ? JSON.stringify(price, null, 2) : textFromPrice(price));
  return EXIT.ok;
}

function printPriceList(list: readonly Price[], { json }: OutputOptions): number {
  if (json) console.log(JSON.stringify(list, null, 2));
  else console.log(textFromPriceList(list));
  return EXIT.ok;
}
