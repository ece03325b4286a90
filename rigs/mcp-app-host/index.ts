import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Server, startServer } from 'serverless-mcp-dev';

/** What a page gets that asks for nothing (specification of 2026-01-26, “Restrictive Default”). */
const POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'";

export interface AppHost {
  /** The address at which a tool's page is shown. @param url of the MCP server */
  address(url: string, tool: string, input?: object, theme?: 'light' | 'dark'): string;
  close(): Promise<void>;
}

export async function startAppHost(): Promise<AppHost> {
  const sandbox = await startPage(await readFile(join(import.meta.dirname, 'sandbox.html'), 'utf8'), {
    'Content-Security-Policy': POLICY,
  });
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'host.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
  });
  const script = outputFiles[0]?.text ?? '';
  const host = await startPage(
    `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><body></body><script type="module">${script}</script>`,
  );
  return {
    address(server, tool, input = {}, theme = 'light') {
      const asked = { server, tool, input: JSON.stringify(input), theme, sandbox: `${sandbox.endpoint}/` };
      return `${host.endpoint}/?${new URLSearchParams(asked)}`;
    },
    async close() {
      await Promise.all([sandbox.close(), host.close()]);
    },
  };
}

function startPage(html: string, headers: Record<string, string> = {}): Promise<Server> {
  return startServer(async (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(html);
  });
}
