import { describe, expect, it } from 'vitest';
import { makeMcp } from '../../packages/serverless-mcp/test/helpers/make-mcp.ts';
import { createApp } from '../../src/http/app.ts';

const app = createApp(makeMcp().mcp);

const ask = (headers: Record<string, string>, path = '/mcp', method = 'POST') =>
  app.fetch(
    new Request(`http://127.0.0.1:3000${path}`, {
      method,
      headers: {
        host: '127.0.0.1:3000',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      ...(method === 'POST'
        ? {
            body: JSON.stringify({
              jsonrpc: '2.0',
              id: 1,
              method: 'initialize',
              params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
            }),
          }
        : {}),
    }),
  );

describe('who may reach a server on this machine', () => {
  it.each([
    ['no origin (a program)', {}, 200],
    ['a page on this machine', { origin: 'http://localhost:6274' }, 200],
    ['a page from elsewhere', { origin: 'https://evil.example' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['a name that was rebound to this machine', { host: 'evil.example:3000' }, 403],
    ['a host that only begins like ours', { host: 'localhost.evil.example' }, 403],
  ])('%s: %j is %i', async (_, headers, status) => {
    expect((await ask(headers)).status).toBe(status);
  });

  it('guards every path, not only /mcp', async () => {
    expect((await ask({ host: 'evil.example' }, '/healthz', 'GET')).status).toBe(403);
    expect((await ask({}, '/healthz', 'GET')).status).toBe(200);
  });

  it('lets a local page read the session id, on the preflight and on the answer', async () => {
    const origin = 'http://localhost:6274';
    const preflight = await ask(
      { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'mcp-session-id' },
      '/mcp',
      'OPTIONS',
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('mcp-session-id');
    const answer = await ask({ origin });
    expect(answer.headers.get('access-control-expose-headers')).toContain('mcp-session-id');
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it.each([
    [
      { host: 'spend.example:3000' },
      /Host, spend\.example\. .*--allowed-hosts spend\.example, or BEDROCK_SPEND_ALLOWED_HOSTS/,
    ],
    [
      { origin: 'https://page.example' },
      /Origin, page\.example\. .*--allowed-origins page\.example, or BEDROCK_SPEND_ALLOWED_ORIGINS/,
    ],
    [{ origin: 'null' }, /this Origin\. .*--allowed-origins NAME/],
    [{ origin: 'x://a;rm$IFS-r' }, /this Origin\. .*--allowed-origins NAME/],
  ])('names the setting to change: %j', async (headers, message) => {
    const response = await ask(headers);
    expect([response.status, await response.json()]).toEqual([
      403,
      { jsonrpc: '2.0', id: null, error: { code: -32000, message: expect.stringMatching(message) } },
    ]);
  });
});

describe('where things are', () => {
  it.each(['/', '/mcp/x', '/register', '/.well-known/oauth-authorization-server'])(
    'tells a lost visitor where the endpoint is: %s',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        const response = await ask({}, path, method);
        const error = { code: -32004, message: 'Not found. The MCP endpoint is /mcp.' };
        expect([response.status, await response.json()]).toEqual([404, { jsonrpc: '2.0', id: null, error }]);
      }
    },
  );

  it('is the same with a slash at the end', async () => {
    expect((await ask({}, '/mcp/')).status).toBe(200);
    expect((await ask({}, '/healthz/', 'GET')).status).toBe(200);
    const preflight = { origin: 'http://localhost:6274', 'access-control-request-method': 'POST' };
    expect((await ask(preflight, '/mcp/', 'OPTIONS')).status).toBe(204);
  });
});
