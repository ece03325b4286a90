import { describe, expect, it, onTestFinished } from 'vitest';
import { makeMcp } from '../../packages/serverless-mcp/test/helpers/make-mcp.ts';
import { connect, type Era } from '../../src/client/index.ts';

const ADDRESS = 'http://localhost/mcp';
const html = (title: string) => `<!DOCTYPE html>\r\n<title>${title}</title>\r\n<h1>Sorry</h1>`;

interface Answered {
  status: number;
  body: string | object;
  headers?: Record<string, string>;
  code: string;
  says: string;
}

const CASES: [what: string, answered: Answered][] = [
  [
    'a gateway that throttles',
    {
      status: 429,
      body: { message: 'Limit Exceeded' },
      headers: { 'retry-after': '120' },
      code: 'SERVER_BUSY',
      says: `The MCP server at ${ADDRESS}, or a gateway in front of it, answered 429 Too Many Requests, “Limit Exceeded”. Try again in 120 s.`,
    },
  ],
  [
    'a server that is not ready',
    {
      status: 503,
      body: { jsonrpc: '2.0', id: null, error: { code: -32603, message: 'The store does not answer.' } },
      code: 'SERVER_BUSY',
      says: `The MCP server at ${ADDRESS}, or a gateway in front of it, answered 503 Service Unavailable, “The store does not answer.”. Try again later.`,
    },
  ],
  [
    'a proxy without its server',
    {
      status: 502,
      body: html('502 Bad Gateway'),
      code: 'SERVER_UNREACHABLE',
      says: `The gateway in front of the MCP server at ${ADDRESS} answered 502 Bad Gateway. The server behind it failed or did not answer in time. Try again later.`,
    },
  ],
  [
    'a gateway that waited too long',
    {
      status: 504,
      body: { message: 'Endpoint request timed out' },
      code: 'SERVER_UNREACHABLE',
      says: `The gateway in front of the MCP server at ${ADDRESS} answered 504 Gateway Timeout, “Endpoint request timed out”. The server behind it failed or did not answer in time. Try again later.`,
    },
  ],
  [
    'a server that is broken',
    {
      status: 500,
      body: 'oops\n127.0.0.1 2025 0a1b2c3d> \u001B[2J',
      code: 'SERVER_FAILED',
      says: `The MCP server at ${ADDRESS} answered 500 Internal Server Error, “oops 127.0.0.1 2025 0a1b2c3d> \uFFFD[2J”. Its log may say why.`,
    },
  ],
  [
    'a page that is no MCP server',
    {
      status: 402,
      body: html('Pay first'),
      code: 'SERVER_FAILED',
      says: `What is at ${ADDRESS} answered 402 Payment Required, “Pay first”. Look whether that is the address of an MCP server; most end with /mcp.`,
    },
  ],
  [
    'a page in place of an answer',
    {
      status: 200,
      body: html('Welcome'),
      headers: { 'content-type': 'text/html' },
      code: 'SERVER_FAILED',
      says: `What is at ${ADDRESS} answers, but not as an MCP server does. Look whether the address is right; most end with /mcp.`,
    },
  ],
  [
    'JSON of another kind',
    {
      status: 200,
      body: { hello: 'world' },
      headers: { 'content-type': 'application/json' },
      code: 'SERVER_FAILED',
      says: `What is at ${ADDRESS} answers, but not as an MCP server does. Look whether the address is right; most end with /mcp.`,
    },
  ],
  [
    'a refusal that says why',
    {
      status: 403,
      body: { jsonrpc: '2.0', id: null, error: { code: -32003, message: 'This host is not allowed.' } },
      code: 'SERVER_REFUSED',
      says: `The MCP server at ${ADDRESS} refused access (403, “This host is not allowed.”). Give it a key in BEDROCK_SPEND_API_KEY or in a profile ("bedrock-spend profiles add"), or log in ("auth login" in "bedrock-spend connect").`,
    },
  ],
];

const respond = ({ status, body, headers = {} }: Answered) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

/** A connection whose server answers so from now on. */
async function brokenLater(era: Era, answer: () => Response) {
  const { mcp } = makeMcp();
  let broken = false;
  const connection = await connect(ADDRESS, {
    era,
    fetch: async (url, init) => (broken ? answer() : mcp.fetch(new Request(url, init))),
  });
  broken = true;
  onTestFinished(() => connection.close());
  return connection;
}

describe.each(CASES)('%s', (_, answered) => {
  const { code, says: message } = answered;

  it('is told while connecting', async () => {
    await expect(connect(ADDRESS, { fetch: async () => respond(answered) })).rejects.toMatchObject({ code, message });
  });

  it.each(['2025', '2026'] as const)('is told of a call, in the era of %s', async (era) => {
    const connection = await brokenLater(era, () => respond(answered));
    await expect(connection.callTool('echo', { text: 'x' })).rejects.toMatchObject({ code, message });
  });
});

it('takes a date for the time to come back', async () => {
  const retryAfter = new Date(Date.now() + 3600_000).toUTCString();
  const fetch = async () => new Response('', { status: 429, headers: { 'retry-after': retryAfter } });
  await expect(connect(ADDRESS, { fetch })).rejects.toThrow(/Try again in 3,[56]\d\d s\.$/);
});

it('names where it was to be sent to', async () => {
  const fetch = async () => new Response('', { status: 302, headers: { location: 'https://login.example/' } });
  await expect(connect(ADDRESS, { fetch })).rejects.toThrow(
    /302 Found, “Redirect to https:\/\/login\.example\/ not followed”/,
  );
});

it('is not waited for as if it were starting: a connection that breaks says how', async () => {
  const connection = await brokenLater('2025', () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) });
  });
  await expect(connection.listTools()).rejects.toMatchObject({
    code: 'SERVER_UNREACHABLE',
    message: `The MCP server at ${ADDRESS} cannot be reached: ECONNRESET.`,
  });
});

it('is an error of the protocol where the server says so, whatever the status', async () => {
  const error = { code: -32601, message: 'Method not found' };
  const connection = await brokenLater('2026', () =>
    Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 }),
  );
  await expect(connection.readResource('x://y')).rejects.toMatchObject(error);
  await expect(connection.callTool('echo')).rejects.toMatchObject({ code: 'TOOL_FAILED', message: error.message });
});
