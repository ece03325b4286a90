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
      ...named('Not understood, so not used', unmapped.map(readable)),
      ...named('Two prices for one thing, so neither is used', contradictions),
      ...notes,
    ])
      console.log(line);
  }
  return offers.length > 0 ? EXIT.ok : EXIT.failure;
}

/** `unknown model Acme Orion 1: 2, such as …` with what the number counts. */
function readable(unmapped: string): string {
  return unmapped.replace(/: (\d+), such as /, (_, rows) => `: ${rows} ${rows === '1' ? 'row' : 'rows'}, such as `);
}

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > LISTED ? [`  and ${names.length - LISTED} more (--json lists all)`] : [];
  return [`${what} (${names.length}):`, ...names.slice(0, LISTED).map((name) => `  ${name}`), ...more];
}
