import type { McpServer } from '@modelcontextprotocol/server';
import { checkTool } from '../authorization/rights.ts';
import { priceList } from '../reports/price/price.ts';
import type { Asking } from './asking.ts';
import { getPrice } from './tools/get-price.ts';

const PRICES_URI = 'bedrock-spend://prices';

/** The price table as a document, for hosts that attach resources. */
export function registerResources(server: McpServer, { rights, context: { prices, now }, ask }: Asking): void {
  server.registerResource(
    'prices',
    PRICES_URI,
    {
      title: 'Bedrock price table',
      description:
        'Every listed price: in-region, us-east-1, standard tier, USD per million tokens, with source and date.',
      mimeType: 'application/json',
    },
    async (uri) => {
      const read = async () => {
        // The tool of the same facts.
        checkTool(rights, getPrice);
        return JSON.stringify(priceList(await prices(), {}, now), null, 1);
      };
      const text = await ask({ method: 'resources/read', target: PRICES_URI, input: {} }, read);
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] };
    },
  );
  // Nothing here changes while the server runs, so a subscription is kept by the client and never fires.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
