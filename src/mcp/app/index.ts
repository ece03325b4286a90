import { readFile } from 'node:fs/promises';
import type { McpServer } from '@modelcontextprotocol/server';

/** The dashboard as an MCP App (https://modelcontextprotocol.io/extensions/apps/overview): tools name it, hosts show it. */
export const DASHBOARD_URI = 'ui://bedrock-spend/dashboard';
export const APP_MIME_TYPE = 'text/html;profile=mcp-app';

/** Built by scripts/bundle-dashboard.ts: beside the code in a bundle, in `dist` else. */
const PLACES = ['./dashboard.html', '../../../dist/dashboard.html'];

/** The page, which is all that it needs: it loads nothing. @throws Error where it was not built */
export function dashboardPage(): Promise<string> {
  page ??= readPage();
  return page;
}

let page: Promise<string> | undefined;

async function readPage(): Promise<string> {
  for (const place of PLACES) {
    const text = await readFile(new URL(place, import.meta.url), 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  page = undefined;
  throw new Error('The dashboard has not been built. In a clone of the repository: npm run build');
}

/** The page holds no data: it asks tools for them, so every caller may read it. */
export function registerDashboard(server: McpServer): void {
  server.registerResource(
    'dashboard',
    DASHBOARD_URI,
    {
      title: 'Bedrock spend dashboard',
      description: 'Spend over time and by any dimension, with what-if. For hosts that show MCP Apps.',
      mimeType: APP_MIME_TYPE,
    },
    async () => ({
      contents: [{ uri: DASHBOARD_URI, mimeType: APP_MIME_TYPE, text: await dashboardPage(), _meta: { ui: UI } }],
    }),
  );
}

/** Nothing from anywhere, which is what hosts allow when nothing is asked for; said so that nobody has to know that. */
const UI = { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true };
