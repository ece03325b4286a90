import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { checkTool } from '../authorization/rights.ts';
import { SpendError } from '../domain/errors.ts';
import { noPriceText, priceList, priceReport } from '../reports/price/price.ts';
import { textFromPriceList } from '../reports/price/render.ts';
import type { Asking } from './asking.ts';
import { registerTables } from './tables.ts';
import { decodedVariable } from './tool-input.ts';
import { getPrice } from './tools/get-price.ts';
import { TOOLS } from './tools/index.ts';

const PRICES_URI = 'bedrock-spend://prices';
export const PRICE_URI = 'bedrock-spend://prices/{model}';

/** Documents for hosts that attach resources: prices, and the whole tables of answers. */
export function registerResources(server: McpServer, asking: Asking): void {
  registerPrices(server, asking);
  registerPrice(server, asking);
  registerTables(server, TOOLS, asking);
  // Nothing here changes while the server runs, so a subscription is kept by the client and never fires.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}

/** For reading through. With sources, dates and doubts it would be ten times as long. */
function registerPrices(server: McpServer, { rights, context: { prices, now }, read: answer }: Asking): void {
  const mimeType = 'text/plain';
  server.registerResource(
    'prices',
    PRICES_URI,
    {
      title: 'Bedrock price list',
      description: `Every listed price: in-region, us-east-1, standard tier, USD per million tokens. One with its source, date and doubts: ${PRICE_URI}`,
      mimeType,
    },
    async (uri) => {
      const read = async () => {
        // The tool of the same facts.
        checkTool(rights, getPrice);
        return textFromPriceList(priceList(await prices(), {}, now), {}, now);
      };
      const text = await answer(PRICES_URI, {}, read);
      return { contents: [{ uri: uri.href, mimeType, text }] };
    },
  );
}

function registerPrice(server: McpServer, { rights, context: { prices, names, now }, read: answer }: Asking): void {
  const mimeType = 'application/json';
  server.registerResource(
    'price',
    new ResourceTemplate(PRICE_URI, { list: undefined }),
    {
      title: 'Price of a Bedrock model',
      description:
        'Rates per million tokens in us-east-1, standard tier, with the source and date of each, and any doubt.',
      mimeType,
    },
    async (uri, { model }) => {
      const read = async () => {
        checkTool(rights, getPrice);
        const question = { model: decodedVariable(model ?? ''), tier: 'standard', prompt_tokens: 0 };
        const [book, known] = [await prices(), await names()];
        const price = priceReport(question, book, known, now);
        if (price === undefined) throw new SpendError('INVALID_ARGUMENT', noPriceText(question, book, known, now));
        return JSON.stringify(price, null, 1);
      };
      const text = await answer(PRICE_URI, { model }, read);
      return { contents: [{ uri: uri.href, mimeType, text }] };
    },
  );
}
