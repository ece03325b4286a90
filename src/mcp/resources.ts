import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { checkTool } from '../authorization/rights.ts';
import { SpendError } from '../domain/errors.ts';
import type { Asking } from './asking.ts';
import { decodedVariable } from './decoded-variable.ts';
import { registerTables } from './tables.ts';

const PRICES_URI = 'bedrock-spend://prices';
export const PRICE_URI = 'bedrock-spend://prices/{model}';

/** The tool of what the resources of prices tell. */
const SAME_FACTS = { name: 'get_price' };

/** Documents for hosts that attach resources: prices, and the whole tables of answers. */
export function registerResources(server: McpServer, asking: Asking): void {
  registerPrices(server, asking);
  registerPrice(server, asking);
  registerTables(server, asking);
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
        checkTool(rights, SAME_FACTS);
        const [{ priceList }, { textFromPriceList }] = await Promise.all([
          import('../reports/price/price.ts'),
          import('../reports/price/render.ts'),
        ]);
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
        checkTool(rights, SAME_FACTS);
        const { noPriceText, priceReport } = await import('../reports/price/price.ts');
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
