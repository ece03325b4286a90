import { request } from 'node:http';
import { createMemorySessionStore } from 'serverless-mcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMcp } from '../../packages/serverless-mcp/test/helpers/make-mcp.ts';
import { as, beginSession, INITIALIZE, post, toolCall } from '../../packages/serverless-mcp/test/helpers/raw-mcp.ts';
import { auditLine } from '../../src/authorization/audit.ts';
import { compose } from '../../src/compose.ts';
import { readSetting } from '../../src/config.ts';
import { startServer } from '../../src/http/serve.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { connectAs } from '../helpers/ask-as.ts';
import { composeSample, SAMPLE_LOGS } from '../helpers/sample.ts';

const DETAIL = 'ENOENT /srv/planted-secret-path at arn:aws:iam::111122223333:role/reader';
const fail = async (): Promise<never> => {
  throw new Error(DETAIL);
};

let dependencies: Awaited<ReturnType<typeof composeSample>>;
beforeAll(async () => {
  dependencies = await composeSample();
});
afterAll(() => dependencies.close());

const INPUTS: Record<string, Record<string, unknown>> = {
  breakdown_spend: { by: ['principal'] },
  check_budget: { usd: '5' },
  get_price: { model: 'amazon.nova-lite-v1:0' },
  check_setup: { regions: ['us-east-1'] },
};

describe('an error that nobody expected', () => {
  const logged: string[] = [];
  const broken = () => ({
    ...dependencies,
    engine: { ...dependencies.engine, usage: fail, range: fail, metadataKeys: fail },
    prices: fail,
    probeSetup: fail,
    bill: fail,
    log: (line: string) => logged.push(line),
  });

  it.each(TOOLS.map(({ name }) => name))(
    'in %s is a reference to the client, and its details are in the log',
    async (name) => {
      const client = await connectAs(undefined, broken());
      const { content, isError } = await client.callTool({ name, arguments: INPUTS[name] ?? {} });
      await client.close();
      const { text } = (content as { text: string }[])[0] as { text: string };
      const reference = /under ([0-9a-f]{8})\./.exec(text)?.[1];
      expect(isError).toBe(true);
      expect(text).not.toMatch(/planted|arn:|ENOENT|\.ts/);
      expect(logged.join('\n')).toMatch(new RegExp(`internal error ${reference}: Error: ENOENT /srv/`));
    },
  );

  it('in a resource is one, too', async () => {
    const client = await connectAs(undefined, broken());
    const read = client.readResource({ uri: 'bedrock-spend://prices' });
    await expect(read).rejects.toThrow(/log has it under [0-9a-f]{8}/);
    await expect(read).rejects.not.toThrow(/planted|arn:|ENOENT/);
    await client.close();
  });

  it('in the factory or the store is an answer without a word of it', async () => {
    const errors: string[] = [];
    const onError = (error: Error) => errors.push(`${error.message} ${(error.cause as Error | undefined)?.message}`);
    const noServer = makeMcp({ factory: fail, onError }).mcp;
    const noStore = makeMcp({ store: { ...createMemorySessionStore(), create: fail }, onError }).mcp;
    for (const [mcp, status] of [
      [noServer, 500],
      [noStore, 503],
    ] as const) {
      const response = await mcp.fetch(post(INITIALIZE));
      expect([response.status, await response.text()]).toEqual([status, expect.not.stringMatching(/planted|arn:/)]);
    }
    expect(errors.filter((error) => error.includes(DETAIL))).toHaveLength(2);
  });

  it('never quotes the body or the headers that led to it', async () => {
    const { mcp } = makeMcp();
    const { send } = await beginSession(mcp, 'key:a');
    const secret = 'planted-argument-9d1f';
    for (const body of [
      `{"${secret}`,
      `"${secret}"`,
      { jsonrpc: '2.0', [secret]: 1 },
      toolCall('echo', { text: { secret } }),
    ])
      expect(await (await send(body)).text()).not.toContain(secret);
    const refused = await mcp.fetch(
      post(INITIALIZE, { authorization: secret, 'last-event-id': secret, 'mcp-session-id': secret }),
      as('key:a'),
    );
    expect(await refused.text()).not.toContain(secret);
  });
});

describe('a log', () => {
  it('has no entry that was forged in another', async () => {
    const lines: string[] = [];
    const entry = auditLine({
      at: 0,
      client: undefined,
      rule: 'none',
      method: 'tools/call',
      target: 'x',
      input: {},
      outcome: 'ok',
      ms: 1,
    });
    const { log, close } = await compose({ source: SAMPLE_LOGS, ledger: false, log: (line) => lines.push(line) });
    log(`internal error: Error: no such value "\n${entry}\r${entry}\u2028${entry}\u001b[2J`);
    await close();
    const read = lines.join('\n').split(/[\n\r\u2028\u2029\u0085]/);
    expect(read).toHaveLength(2);
    expect(read.filter((line) => line.startsWith('{'))).toEqual([]);
  });

  it('and a message have no secret that is set wrongly', () => {
    const environment = { BEDROCK_SPEND_PSEUDONYM_KEY: 'planted-key-short' };
    expect(() => readSetting('pseudonymKey', undefined, environment)).toThrow(
      /^BEDROCK_SPEND_PSEUDONYM_KEY: the value cannot be used: must have at least 32 characters/,
    );
  });
});

describe('a name that was rebound to this machine', () => {
  it('is refused over a real connection, before the server is asked', async () => {
    const server = await startServer({ host: '127.0.0.1', port: 0, sessionIdleMinutes: 1 }, dependencies);
    const { port } = new URL(server.url);
    const statusFor = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const body = JSON.stringify(INITIALIZE);
        const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
        request(
          { port, host: '127.0.0.1', path: '/mcp', method: 'POST', headers: { ...json, ...headers } },
          (response) => {
            response.resume().on('end', () => resolve(response.statusCode));
          },
        )
          .on('error', reject)
          .end(body);
      });
    expect(await statusFor({ host: `127.0.0.1:${port}` })).toBe(200);
    expect(await statusFor({ host: `evil.example:${port}` })).toBe(403);
    expect(await statusFor({ host: `127.0.0.1:${port}`, origin: 'https://evil.example' })).toBe(403);
    await server.close();
  });
});
