import { PRICES_KNOWN_UNTIL } from '../../prices/known-until.ts';
import { type ShownReport, shownReport, textFromShown } from '../shown.ts';
import { dayOf, keyOfList, type ListQuestion, NOTHING_EARLIER, type Price } from './price.ts';

export function shownFromPrice(price: Price): ShownReport {
  const rates = Object.entries(price.usd_per_million_tokens);
  return shownReport(
    [
      `${price.model}, ${price.scope} in ${price.region}, ${price.tier} tier, on ${price.at.slice(0, 10)}`,
      {
        columns: ['tokens', 'USD per million'],
        names: 1,
        rows: rates.map(([name, value]) => [name.replaceAll('_', ' '), `$${value}`]),
      },
      [
        `From ${price.source}: ${price.origin}, version ${price.version}, holds since ${price.effective_from}.`,
        ...(price.origin_url ? [price.origin_url] : []),
        ...price.doubts.map(({ code, text }) => `Doubt: ${text} (${code})`),
      ].join('\n'),
    ],
    price.notes,
  );
}

export const textFromPrice = (price: Price) => textFromShown(shownFromPrice(price));

/** The list for reading through, at 80 columns; what is in doubt is marked, and which doubt it is stands with the price itself. */
export function textFromPriceList(list: readonly Price[], question: ListQuestion, now: () => number): string {
  const { region, tier, contextBand, ratesFrom } = keyOfList(question, now);
  const day = dayOf(ratesFrom);
  const cells = list.map((price) => {
    const { model, usd_per_million_tokens: rates } = price;
    const { input, output = '-', cache_read = '-', cache_write_5m = '-', cache_write_1h = '-' } = rates;
    return [isDoubtful(price) ? `${model}*` : model, input, output, cache_read, cache_write_5m, cache_write_1h];
  });
  const rows = [['model', 'input', 'output', 'read', '5m-write', '1h-write'], ...cells];
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lineOf = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widthOf(0)) : cell.padStart(widthOf(column)))).join(' ');
  return [
    `USD per million tokens, in-region in ${region}, ${tier} tier,`,
    `on ${day}${contextBand > 0 ? `, for prompts above ${contextBand.toLocaleString('en-US')} tokens` : ''}.`,
    `Our own table knows prices up to ${PRICES_KNOWN_UNTIL}${day > PRICES_KNOWN_UNTIL ? ', and no change since' : ''}.`,
    '"prices MODEL" shows other routings, the source, the date, and any doubt (*).',
    '',
    ...(list.length > 0 ? rows.map(lineOf) : ['No model has a known price of this kind.']),
  ].join('\n');
}

/** A price of a day before any that its source knows is no surer than one with a doubt. */
function isDoubtful({ doubts, notes }: Price): boolean {
  return doubts.length > 0 || notes.some((note) => note.includes(NOTHING_EARLIER));
}
