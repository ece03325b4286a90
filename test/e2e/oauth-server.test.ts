import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Issuer, startIssuer } from '../../rigs/oidc/issuer.ts';
import { createHttpVisitor } from '../../rigs/oidc/visitor.ts';
import { createAuthenticator } from '../../src/authentication/authenticator.ts';
import { connect } from '../../src/client/index.ts';
import { openOAuth } from '../../src/client/oauth/index.ts';
import { compose } from '../../src/compose.ts';
import { ASKS_EXACTLY, exactFromResult } from '../../src/domain/exact-data.ts';
import { type RunningServer, startServer } from '../../src/http/serve.ts';
import { createMemorySecretStore } from '../helpers/memory-secret-store.ts';
import { EXPECTED, OCTOBER, SAMPLE_LOGS } from '../helpers/sample.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** Our server, our client, and an issuer that neither was made for. */
let issuer: Issuer;
let server: RunningServer;
let dependencies: Awaited<ReturnType<typeof compose>>;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);

beforeAll(async () => {
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  issuer = await startIssuer({ resource, scopes: ['spend:read'] });
  const oauth = { issuer: issuer.url, resource, scopes: ['spend:read'] };
  // Whoever signs in as ada sees the support bot alone.
  const policy = JSON.stringify({
    rules: [{ name: 'ada', match: { claims: { sub: 'ada@example.com' } }, see: { principal: ['role/support-bot'] } }],
    default: 'everything',
  });
  dependencies = await compose({ source: SAMPLE_LOGS, ledger: false, policy, log });
  server = await startServer(
    { host: '127.0.0.1', port, sessionIdleMinutes: 5, access: createAuthenticator({ oauth, log }) },
    dependencies,
  );
});
afterAll(async () => {
  await server.close();
  await dependencies.close();
  await issuer.close();
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const signIn = () => {
  const visit = createHttpVisitor();
  return openOAuth({
    serverUrl: server.url,
    secrets: createMemorySecretStore(new Map()),
    openBrowser: async (page) => void visit(page),
    print: log,
    timeoutMs: 60_000,
  });
};

describe('our server and our client at a real issuer', () => {
  it('refuse who has not signed in, and say where to', async () => {
    const response = await fetch(server.url, { method: 'POST' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('resource_metadata=');
    await expect(connect(server.url)).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
  });

  it('sign in, answer what the policy lets this client see, and end with the tokens', async () => {
    const session = signIn();
    const connection = await connect(server.url, { session });
    expect(connection.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const input = { by: ['principal'], ...OCTOBER };
    const result = await connection.callTool('breakdown_spend', input, { meta: ASKS_EXACTLY });
    const own = EXPECTED.by['principal']?.['role/support-bot']?.cost_usd;
    expect(exactFromResult(result)).toMatchObject({ totals: { cost_usd: own } });
    await connection.terminate();
    await session.logout();
    expect(await session.status()).toBeUndefined();
    expect(lines.join('\n')).not.toMatch(/eyJ/);
  });
});
