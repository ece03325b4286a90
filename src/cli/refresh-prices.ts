import { readPriceList } from '../compose.ts';
import { readSetting } from '../config.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';

/** More names than this are counted, not listed. */
const LISTED = 10;

/** Reads AWS's price list and says what came of it. Exit code 1 when nothing could be read. */
export async function runRefreshPrices(regions: readonly string[], { json }: OutputOptions): Promise<number> {
  const { offers, notes, unmapped, contradictions } = await readPriceList(regions, readSetting('priceListUrl'));
  const lists = offers.map(({ code, region, published, rates }) => ({ code, region, published, prices: rates.length }));
  if (json) console.log(JSON.stringify({ lists, unmapped, contradictions, notes }, null, 2));
  else {
    for (const { code, region, published, prices } of lists)
      console.log(`${code} in ${region}, published ${published.slice(0, 10)}: ${prices} prices`);
    for (const line of [
      ...named('not understood', unmapped),
      ...named('contradictory, not used', contradictions),
      ...notes,
    ])
      console.log(line);
  }
  return offers.length > 0 ? EXIT.ok : EXIT.failure;
}

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more (--json lists all)` : '';
  return [`${names.length} rows ${what}: ${names.slice(0, LISTED).join(', ')}${more}`];
}
