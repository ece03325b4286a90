import { openPrices } from '../compose.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { noPriceText, type Price, type PriceQuestion, priceList, priceReport } from '../reports/price/price.ts';
import { textFromPrice, textFromPriceList } from '../reports/price/render.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';

interface PricesOptions extends OutputOptions {
  region?: string;
  tier: string;
  promptTokens: number;
  at?: string;
  prices?: string;
  priceList?: string;
  refresh?: boolean;
}

export async function runPrices(model: string | undefined, options: PricesOptions): Promise<number> {
  const { region } = options;
  if (options.refresh)
    return (await import('./refresh-prices.ts')).runRefreshPrices((region ?? 'us-east-1').split(','), options);
  if (region?.includes(','))
    throw new SpendError('INVALID_ARGUMENT', 'Prices are shown for one --region; several are for --refresh.');
  const { book, aliases } = await openPrices({
    prices: readSetting('prices', options.prices),
    priceList: readSetting('priceList', options.priceList),
  });
  const question = { region, tier: options.tier, prompt_tokens: options.promptTokens, at: options.at };
  if (model === undefined) return printPriceList(priceList(book, question, Date.now), question, options);
  const names = { aliases, notes: [] };
  const price = priceReport({ ...question, model }, book, names, Date.now);
  if (price === undefined)
    throw new SpendError('INVALID_ARGUMENT', noPriceText({ ...question, model }, book, names, Date.now));
  process.stdout.write(options.json ? `${JSON.stringify(price, null, 2)}\n` : textFromPrice(price));
  return EXIT.ok;
}

function printPriceList(
  list: readonly Price[],
  question: Omit<PriceQuestion, 'model'>,
  { json }: OutputOptions,
): number {
  if (json) console.log(JSON.stringify(list, null, 2));
  else console.log(textFromPriceList(list, question, Date.now));
  return EXIT.ok;
}
