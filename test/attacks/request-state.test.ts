import {
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { post } from '../../packages/serverless-mcp/test/helpers/raw-mcp.ts';
import { authInfoFromClient } from '../../src/authentication/client-identity.ts';
import { keyOf } from '../helpers/ask-as.ts';

const FORM = z.object({ ok: z.boolean() });

/** As serverless-mcp's README says to do it. */
function makeAsking(key: string, ttlSeconds = 600) {
  const bind = ({ mcpReq, http }: ServerContext) => `${mcpReq.method} ${http?.authInfo?.clientId}`;
  const codec = createRequestStateCodec<{ dollars: number }>({ key, bind, ttlSeconds });
  return createServerlessMcp({
    store: createMemorySessionStore(),
    factory: () => {
      const info = { name: 'asking', version: '1' };
      const server = new McpServer(info, { requestState: { verify: codec.verify } });
      server.registerTool('spend', { inputSchema: z.object({}) }, async (_, context) => {
        const state = context.mcpReq.requestState<{ dollars: number }>();
        const accepted = acceptedContent(context.mcpReq.inputResponses, 'confirm', FORM);
        if (state && accepted?.ok) return { content: [{ type: 'text', text: `spent ${state.dollars}` }] };
        return inputRequired({
          inputRequests: { confirm: inputRequired.elicit({ message: 'Spend 1?', requestedSchema: FORM }) },
          requestState: await codec.mint({ dollars: 1 }, context),
        });
      });
      return server;
    },
  });
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
};

type Asking = ReturnType<typeof makeAsking>;

async function spend(mcp: Asking, who: string, requestState?: string) {
  const more =
    requestState === undefined
      ? {}
      : { requestState, inputResponses: { confirm: { action: 'accept', content: { ok: true } } } };
  const params = { name: 'spend', arguments: {}, _meta: META, ...more };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'spend' };
  const request = post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers);
  const text = await (await mcp.fetch(request, { authInfo: authInfoFromClient(keyOf(who)) })).text();
  return JSON.parse(/\{.*\}/s.exec(text)?.[0] as string) as {
    result?: { requestState?: string; content?: { text: string }[] };
    error?: { code: number; message: string };
  };
}

const KEY = 'a-key-for-request-state-of-32-bytes!';

it('a request’s state goes on for who got it, on every instance with the key', async () => {
  const state = (await spend(makeAsking(KEY), 'ann')).result?.requestState;
  expect((await spend(makeAsking(KEY), 'ann', state)).result?.content?.[0]?.text).toBe('spent 1');
});

it('a request’s state that was changed, made with another key, or is another client’s is refused', async () => {
  const mcp = makeAsking(KEY);
  const state = (await spend(mcp, 'ann')).result?.requestState as string;
  const [version, payload = '', mac] = state.split('.');
  const rich = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"dollars":1', '"dollars":1000'));
  const tampered = [version, rich.toString('base64url'), mac].join('.');
  const foreign = (await spend(makeAsking(`${KEY}?`), 'ann')).result?.requestState;
  expect(tampered).not.toBe(state);
  for (const forged of [tampered, foreign, `${state}x`, state.slice(0, -1), payload, '', 'v1..', '{}']) {
    expect((await spend(mcp, 'ann', forged)).error).toMatchObject({ code: -32602 });
  }
  expect((await spend(mcp, 'bob', state)).error).toMatchObject({ code: -32602 });
});

it('a request’s state is of no use after its time', async () => {
  const mcp = makeAsking(KEY, -1);
  const state = (await spend(mcp, 'ann')).result?.requestState;
  expect((await spend(mcp, 'ann', state)).error).toMatchObject({ code: -32602 });
});
