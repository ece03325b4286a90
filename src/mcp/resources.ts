import type { McpServer } from '@modelcontextprotocol/server';
import { priceList } from '../reports/price.ts';
import type { ServerDependencies } from './server.ts';

const PRICES_URI = 'bedrock-spend://prices';

/** The price table as a document, for hosts that attach resources. */
export function registerResources(server: McpServer, { prices, now }: ServerDependencies): void {
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
      const text = JSON.stringify(priceList(await prices(), now()), null, 1);
      return { contents: [{ uri: uri.href, mimeType: 'application/json', text }] };
    },
  );
  // Nothing here changes while the server runs, so a subscription is kept by the client and never fires.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
