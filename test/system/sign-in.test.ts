import { expect, it, onTestFinished } from 'vitest';
import { whatKeepsChromium } from '../../rigs/chromium.ts';
import { openChromium } from '../../rigs/oidc/chromium.ts';
import { startIssuer } from '../../rigs/oidc/issuer.ts';
import { connect } from '../../src/client/index.ts';
import { openOAuth } from '../../src/client/oauth/index.ts';
import { startResourceServer } from '../fixtures/oauth/resource-server.ts';
import { createMemorySecretStore } from '../helpers/memory-secret-store.ts';

const missing = await whatKeepsChromium(console.log);

it.skipIf(missing)("signs in on the issuer's pages in Chromium, and comes back", async () => {
  const resource = await startResourceServer();
  onTestFinished(() => resource.close());
  const issuer = await startIssuer({ resource: resource.url, scopes: ['spend:read'] });
  onTestFinished(() => issuer.close());
  resource.issuer = issuer.url;
  const { visit, close } = await openChromium();
  onTestFinished(close);
  const pages: Promise<string>[] = [];
  const session = openOAuth({
    serverUrl: resource.url,
    secrets: createMemorySecretStore(new Map()),
    async openBrowser(page) {
      pages.push(visit(page));
    },
    print: () => {},
    timeoutMs: 100_000,
  });
  const connection = await connect(resource.url, { session });
  onTestFinished(() => connection.close());
  expect((await connection.callTool('spend')).content[0]).toEqual({ type: 'text', text: 'spend: ok' });
  expect(await Promise.all(pages)).toEqual([expect.stringContaining('You can close this page')]);
});
