import type { ServerlessMcp } from 'serverless-mcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, post, type RawSession, toolCall } from '../../packages/serverless-mcp/test/helpers/raw-mcp.ts';
import { startSampleServer } from '../helpers/sample-server.ts';

const VERSION = '2026-07-28';
const META = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

let mcp: ServerlessMcp;
let session: RawSession;
let logged: string[];
let close: () => Promise<void>;
beforeAll(async () => {
  ({ mcp, session, logged, close } = await startSampleServer());
});
afterAll(() => close());

interface Refusal {
  code: number;
  message: string;
}

async function errorOf(response: Response): Promise<Refusal> {
  if (!response.headers.get('content-type')?.includes('event-stream'))
    return ((await response.json()) as { error: Refusal }).error;
  for await (const { data } of eventsOf(response)) if (data) return JSON.parse(data).error;
  throw new Error('no answer');
}

const request = (method: string, params: object) => ({ jsonrpc: '2.0', id: 7, method, params });

/** As a client of each era sends it. */
async function refusals(method: string, params: Record<string, unknown>) {
  const name = params['name'] ?? params['uri'];
  const headers = {
    'mcp-protocol-version': VERSION,
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': String(name) }),
  };
  return [
    await errorOf(await session.send(request(method, params))),
    await errorOf(await mcp.fetch(post(request(method, { ...params, _meta: META }), headers))),
  ];
}

const LONG = 'x'.repeat(70_000);

describe('params that are wrong', () => {
  it.each([
    ['resources/read', { uri: 5 }, 'Invalid params: params.uri: Invalid input: expected string, received number.'],
    ['tools/call', { name: 5 }, 'Invalid params: params.name: Invalid input: expected string, received number.'],
    ['prompts/get', { name: 5 }, 'Invalid params: params.name: Invalid input: expected string, received number.'],
    ['completion/complete', { ref: 5 }, expect.stringMatching(/^Invalid params: params\.ref: .+$/)],
  ] as [string, Record<string, unknown>, unknown][])('are told in a line: %s %j', async (method, params, message) => {
    const refused = { code: -32602, message };
    expect(await refusals(method, params)).toEqual([refused, refused]);
  });

  it('are told of a log level', async () => {
    const error = await errorOf(await session.send(request('logging/setLevel', { level: 'loud' })));
    expect(error.code).toBe(-32602);
    expect(error.message).toMatch(/^Invalid params: params\.level: Invalid option: expected one of "debug"\|.*\.$/);
  });

  it('are no URI of more than 80 KB', async () => {
    const refused = { code: -32602, message: 'The URI is too long: it may have 81920 characters.' };
    const uri = `bedrock-spend://csv/breakdown_spend?arguments=${'x'.repeat(100_000)}`;
    expect(await refusals('resources/read', { uri })).toEqual([refused, refused]);
  });

  it.each([
    ['resources/read', { uri: LONG }],
    ['resources/read', { uri: `x://${LONG}` }],
    ['resources/read', { uri: `bedrock-spend://csv/${LONG}` }],
    ['resources/read', { uri: `bedrock-spend://prices/${LONG}` }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: LONG }, argument: { name: 'a', value: 'b' } }],
  ])('are not said again at length: %s', async (method, params) => {
    for (const error of await refusals(method, params)) {
      expect(error.code).toBe(-32602);
      expect(JSON.stringify(error).length).toBeLessThan(2_500);
    }
  });

  it('do not fill the log', async () => {
    const headers = { 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'n'.repeat(10_000) };
    await mcp.fetch(post({ ...toolCall('x'), params: { name: 'x', _meta: META } }, headers));
    expect(logged.splice(0)).toEqual([expect.stringMatching(/^mcp: Rejected inbound request.{100,1000}$/)]);
  });
});
