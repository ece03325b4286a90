import { readFile } from 'node:fs/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { pathOfAsset } from '../../assets.ts';
import { memoizeFor } from '../../lazy.ts';

/** The dashboard as an MCP App (https://modelcontextprotocol.io/extensions/apps/overview): tools name it, hosts show it. */
export const DASHBOARD_URI = 'ui://bedrock-spend/dashboard';
export const APP_MIME_TYPE = 'text/html;profile=mcp-app';

/** The page, which is all that it needs: it loads nothing. @throws Error where it was not built */
export const dashboardPage: () => Promise<string> = memoizeFor(
  async () => readFile(pathOfAsset('dashboard'), 'utf8'),
  Number.POSITIVE_INFINITY,
);

/** The page holds no data: it asks tools for them, so every client may read it. */
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
