import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps';
import { getToolUiResourceUri } from '@modelcontextprotocol/ext-apps/app-bridge';
import { createMemorySessionStore, createServerlessMcp } from 'serverless-mcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ASKS_EXACTLY, EXACT, exactFromResult } from '../../src/domain/exact-data.ts';
import { DASHBOARD_URI } from '../../src/mcp/app/index.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';
import { createServerFactory } from '../../src/mcp/server.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { VERSION } from '../../src/mcp/version.ts';
import { flatReportSchema } from '../../src/reports/report.ts';
import { shownSchema } from '../../src/reports/shown-schema.ts';
import { composeSample, composeUnread, EXPECTED, OCTOBER } from '../helpers/sample.ts';

const logged: string[] = [];
let dependencies: Awaited<ReturnType<typeof composeSample>>;
const clients: Client[] = [];

async function connect(change: Partial<ServerDependencies> = {}, era: 'legacy' | 'modern' = 'legacy') {
  const factory = createServerFactory({ ...dependencies, ...change, log: (message) => logged.push(message) });
  const mcp = createServerlessMcp({ factory, store: createMemorySessionStore() });
  const versionNegotiation = { mode: era === 'modern' ? { pin: '2026-07-28' } : ('legacy' as const) };
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
  await client.connect(
    new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
      fetch: (url, init) => mcp.fetch(new Request(url, init)),
    }),
  );
  clients.push(client);
  return client;
}

beforeAll(async () => {
  dependencies = await composeSample();
});
afterAll(async () => {
  for (const client of clients) await client.close();
  await dependencies.close();
});

const textOf = (result: { content?: unknown }) => (result.content as { text: string }[])[0]?.text ?? '';

describe('the tools', () => {
  it.each(TOOLS.map(({ name }) => name))('%s looks to a client as it did before', async (name) => {
    const { tools } = await (await connect()).listTools();
    const tool = tools.find((candidate) => candidate.name === name);
    await expect(`${JSON.stringify(tool, null, 2)}\n`).toMatchFileSnapshot(`../toolsnaps/${name}.json`);
  });

  it.each(['legacy', 'modern'] as const)('answer alike to a %s client', async (era) => {
    const client = await connect({}, era);
    const result = await client.callTool({
      name: 'breakdown_spend',
      arguments: { by: ['model'], ...OCTOBER },
      _meta: ASKS_EXACTLY,
    });
    expect(exactFromResult(result)).toMatchObject({ totals: { cost_usd: EXPECTED.totals.cost_usd }, by: ['model'] });
    expect(textOf(result)).toContain('anthropic.claude-opus-4-8');
  });

  it.each([
    ['breakdown_spend', { by: ['principal', 'model'], limit: 2, ...OCTOBER }],
    ['spend_over_time', { by: 'model', limit: 2, ...OCTOBER }],
    ['get_bedrock_usage_report', { days: 33 }],
  ])('%s draws a picture when it is asked to, and only then', async (name, input) => {
    const client = await connect();
    const plain = await client.callTool({ name, arguments: input, _meta: ASKS_EXACTLY });
    const drawn = await client.callTool({ name, arguments: { ...input, chart: true }, _meta: ASKS_EXACTLY });
    expect(plain.content.filter(({ type }) => type === 'image')).toEqual([]);
    expect(drawn.content.filter(({ type }) => type === 'text')).toEqual(
      plain.content.filter(({ type }) => type === 'text'),
    );
    expect(drawn.content.filter(({ type }) => type === 'image')).toEqual([
      { type: 'image', mimeType: 'image/png', data: expect.stringMatching(/^iVBORw0KGgo/) },
    ]);
    expect(exactFromResult(drawn)).toEqual(exactFromResult(plain));
  });

  it('have the names and parameters of the seed', async () => {
    const client = await connect();
    const input = { region: 'us-east-1', log_group_name: '/bedrock', days: 60, aws_account_id: '111122223333' };
    const result = await client.callTool({ name: 'get_bedrock_usage_report', arguments: input, _meta: ASKS_EXACTLY });
    expect(textOf(result)).toMatch(/By day[\s\S]*By region[\s\S]*By model[\s\S]*By user/);
    expect(textOf(result)).toContain('Note: log_group_name is not used: this server answers from');
  });

  it('list what there is to group by, with the keys of the logs themselves', async () => {
    const result = await (await connect()).callTool({ name: 'list_dimensions', arguments: {}, _meta: ASKS_EXACTLY });
    expect(exactFromResult(result)).toMatchObject({
      metadata_keys: ['cost-center', 'env', 'team'],
      data_from: '2026-10-01T00:14:22Z',
      data_to: '2026-10-31T23:58:05Z',
    });
  });

  it('give a price with its proof', async () => {
    const client = await connect();
    const result = await client.callTool({
      name: 'get_price',
      arguments: { model: 'us.anthropic.claude-opus-4-8' },
      _meta: ASKS_EXACTLY,
    });
    expect(exactFromResult(result)).toMatchObject({
      scope: 'geo',
      usd_per_million_tokens: {
        input: '5.5',
        output: '27.5',
        cache_read: '0.55',
        cache_write_5m: '6.875',
        cache_write_1h: '11',
      },
      source: 'own table',
      origin_url: expect.stringMatching(/^https:/),
      effective_from: 'launch',
    });
  });
});

describe('what a tool answers', () => {
  const question = { name: 'breakdown_spend', arguments: { by: ['model'], limit: 1, ...OCTOBER } };

  it('is for reading: the data say no more than the text, and nothing exact', async () => {
    const { content, structuredContent, _meta } = await (await connect()).callTool(question);
    const { tables, lines } = shownSchema.parse(structuredContent);
    const text = (content as { text: string }[])[0]?.text ?? '';
    expect([...lines, ...(tables[0]?.rows[0] ?? [])].filter((part) => !text.includes(part))).toEqual([]);
    expect(JSON.stringify(structuredContent)).not.toMatch(/_usd|_tokens|\d\.\d{3}/);
    expect(_meta?.[EXACT]).toBeUndefined();
  });

  it('is exact for who asks so, in _meta', async () => {
    const result = await (await connect()).callTool({ ...question, _meta: ASKS_EXACTLY });
    const { totals } = flatReportSchema.parse(result._meta?.[EXACT]);
    expect(totals.cost_usd).toBe(EXPECTED.totals.cost_usd);
  });

  it.each([
    ['breakdown_spend', { by: ['principal', 'day'], limit: 3 }, 'principal,day,invocations'],
    ['spend_over_time', { interval: 'hour' }, 'hour,invocations'],
    ['get_bedrock_usage_report', { days: 33, limit: 2 }, 'table,'],
    ['explain_spend_change', { from: '2026-10-14', to: '2026-10-15', limit: 1 }, 'principal,model,before_usd'],
    ['simulate_spend', { routing: 'global', by: ['principal'], limit: 1 }, 'principal,invocations'],
    ['simulate_spend', { limit: 1 }, 'model,alternative,invocations'],
    ['review_prompt_caching', { limit: 1 }, 'principal,model'],
    ['find_wasted_spend', { limit: 1 }, 'kind,'],
    ['export_focus', { from: '2026-10-14', to: '2026-10-15', limit: 1 }, 'BilledCost,'],
  ])('links to the whole table where %s leaves rows out', async (name, input, header) => {
    const client = await connect();
    const { content } = await client.callTool({ name, arguments: input });
    const link = content.find(({ type }) => type === 'resource_link') as { uri: string } | undefined;
    const { contents } = await client.readResource({ uri: link?.uri as string });
    const lines = (contents[0] as { text: string }).text.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(new RegExp(`^${header}`));
    expect(lines.length).toBeGreaterThan(Number((input as { limit?: number }).limit ?? 1) + 1);
  });

  it('links to nothing where it is whole', async () => {
    const { content } = await (await connect()).callTool({ name: 'breakdown_spend', arguments: { by: ['model'] } });
    expect(content.map(({ type }) => type)).toEqual(['text']);
  });

  it('is text alone where the operator wants that', async () => {
    const client = await connect({ toolData: 'none' });
    const { tools } = await client.listTools();
    const result = await client.callTool(question);
    expect(tools.filter(({ outputSchema }) => outputSchema)).toEqual([]);
    expect(Object.keys(result)).not.toContain('structuredContent');
    expect(textOf(result)).toContain('anthropic.claude');
  });
});

describe('the tools that compare', () => {
  it('explain a change, or quote it', async () => {
    const client = await connect();
    const input = { from: '2026-10-14', to: '2026-10-15', limit: 1 };
    const result = await client.callTool({ name: 'explain_spend_change', arguments: input, _meta: ASKS_EXACTLY });
    expect(textOf(result)).toMatch(/^Spend rose \$187\.74 .* mostly volume/);
    expect(exactFromResult(result)).toMatchObject({
      after: { cost_usd: EXPECTED.by['day']?.['2026-10-14']?.cost_usd },
      contributors: [{ caller: 'role/nightly-summaries' }],
    });
    const quoted = await client.callTool({
      name: 'explain_spend_change',
      arguments: { ...input, quote: true },
      _meta: ASKS_EXACTLY,
    });
    expect(Object.keys(exactFromResult(quoted) as object)).toEqual(['quote']);
  });

  it('take their own next steps', async () => {
    const client = await connect();
    const result = await client.callTool({
      name: 'explain_spend_change',
      arguments: { from: '2026-10-14', to: '2026-10-15' },
      _meta: ASKS_EXACTLY,
    });
    const { next_steps: steps } = exactFromResult(result) as { next_steps: { tool: string; arguments: object }[] };
    expect(steps.map(({ tool }) => tool)).toEqual(['spend_over_time', 'breakdown_spend', 'find_expensive_invocations']);
    for (const step of steps) {
      const result = await client.callTool({
        name: step.tool,
        arguments: { ...step.arguments },
        _meta: ASKS_EXACTLY,
      });
      expect(exactFromResult(result)).toMatchObject({
        totals: { cost_usd: EXPECTED.changes.runaway['after'] },
      });
    }
  });

  it('simulate, or quote it', async () => {
    const client = await connect();
    const input = { routing: 'global', where: ['region=eu-west-1'], ...OCTOBER };
    const result = await client.callTool({ name: 'simulate_spend', arguments: input, _meta: ASKS_EXACTLY });
    expect(exactFromResult(result)).toMatchObject({
      totals: { after_usd: EXPECTED.changes.europe['after_through_global'] },
    });
    const quoted = await client.callTool({
      name: 'simulate_spend',
      arguments: { ...input, quote: true },
      _meta: ASKS_EXACTLY,
    });
    expect(Object.keys(exactFromResult(quoted) as object)).toEqual(['quote']);
  });
});

describe('the tools that look for savings', () => {
  it.each([
    ['review_prompt_caching', /^Caching saved \$819\.39/],
    ['find_wasted_spend', /^Spend that may be wasted/],
  ])('%s answers, or is quoted', async (name, text) => {
    const client = await connect();
    expect(textOf(await client.callTool({ name, arguments: OCTOBER, _meta: ASKS_EXACTLY }))).toMatch(text);
    const quoted = await client.callTool({ name, arguments: { ...OCTOBER, quote: true }, _meta: ASKS_EXACTLY });
    expect(Object.keys(exactFromResult(quoted) as object)).toEqual(['quote']);
  });
});

describe('a mistake in a call', () => {
  it.each([
    ['breakdown_spend', { by: ['modell'] }, /no dimension "modell".*Use one of: day, hour/s],
    ['breakdown_spend', { by: [] }, /Name at least one dimension/],
    ['breakdown_spend', { by: ['model'], where: ['model'] }, /dimension=value/],
    ['breakdown_spend', { by: ['model'], from: 'last week' }, /Write 2026-10-01/],
    ['breakdown_spend', { by: ['model'], bye: 1 }, /bye/],
    ['breakdown_spend', { by: ['model'], limit: 0 }, /limit/],
    ['spend_over_time', { interval: 'minute' }, /interval/],
    ['explain_spend_change', { from: '2026-10-14' }, /"from" and "to" together/],
    ['simulate_spend', { model: 'anthropic.claude-opus-9' }, /look alike: .*claude-opus/],
    ['simulate_spend', { cache_share: 1.5 }, /cache_share/],
    ['review_prompt_caching', { cache_share: 0 }, /cache_share/],
    ['get_bedrock_usage_report', { aws_account_id: '12' }, /12 digits/],
    ['get_price', { model: 'anthropic.claude-opus-9' }, /No price is known.*look alike: .*claude-opus/],
  ])('%s %j is answered with what to do instead', async (name, input, message) => {
    const result = await (await connect()).callTool({ name, arguments: input, _meta: ASKS_EXACTLY });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(message);
  });

  it('that is ours is hidden from the caller and kept for the operator', async () => {
    const engine = {
      ...dependencies.engine,
      usage: () => Promise.reject(new Error('secret detail')),
      range: dependencies.engine.range,
    };
    const result = await (await connect({ engine })).callTool({
      name: 'breakdown_spend',
      arguments: { by: ['model'], ...OCTOBER },
    });
    const reference = /under ([0-9a-f]{8})/.exec(textOf(result))?.[1];
    expect(result.isError).toBe(true);
    expect(textOf(result)).not.toContain('secret detail');
    expect(logged.join('\n')).toMatch(new RegExp(`internal error ${reference}: Error: secret detail`));
  });
});

describe('a long call', () => {
  it('tells its progress, rising to the end', async () => {
    const heard: number[] = [];
    const fresh = await composeUnread();
    const client = await connect({ engine: fresh.engine });
    await client.callTool(
      { name: 'breakdown_spend', arguments: { by: ['model'] } },
      { onprogress: ({ progress, total }) => heard.push(progress / (total ?? Number.NaN)) },
    );
    await fresh.close();
    expect(heard.length).toBeGreaterThan(1);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  it('stops when it is cancelled, and the next one answers', async () => {
    const fresh = await composeUnread();
    const client = await connect({ engine: fresh.engine });
    const stop = new AbortController();
    const input = { name: 'breakdown_spend', arguments: { by: ['model'] } };
    const call = client.callTool(input, { signal: stop.signal, onprogress: () => stop.abort(new Error('enough')) });
    await expect(call).rejects.toThrow('enough');
    const next = await client.callTool({ ...input, _meta: ASKS_EXACTLY });
    await fresh.close();
    expect(exactFromResult(next)).toMatchObject({ totals: { invocations: EXPECTED.totals.invocations } });
  });
});

describe('what hosts show besides tools', () => {
  it('has a page for the tool that shows one, which hosts find and which is all in one file', async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    const pages = tools.flatMap((tool) => getToolUiResourceUri(tool) ?? []);
    expect(pages).toEqual([DASHBOARD_URI]);
    const { contents } = await client.readResource({ uri: DASHBOARD_URI });
    expect(contents).toMatchObject([{ mimeType: RESOURCE_MIME_TYPE, _meta: { ui: { csp: { connectDomains: [] } } } }]);
    const page = (contents[0] as { text: string }).text;
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.match(/<(script|link|img|iframe)[^>]*(src|href)="(?!data:)/)).toBeNull();
  });

  it('is the price list for reading, and each price with its source', async () => {
    const client = await connect();
    const { resources } = await client.listResources();
    const list = await client.readResource({ uri: resources[0]?.uri as string });
    expect((list.contents[0] as { text: string }).text).toMatch(/^anthropic\.claude-sonnet-4-6 +3\.3 /m);
    const one = await client.readResource({ uri: 'bedrock-spend://prices/amazon.nova-lite-v1%3A0' });
    expect(JSON.parse((one.contents[0] as { text: string }).text)).toMatchObject({ model: 'amazon.nova-lite-v1:0' });
    await expect(client.readResource({ uri: 'bedrock-spend://prices/no.such-model' })).rejects.toThrow(
      /no\.such-model/,
    );
    const { completion } = await client.complete({
      ref: { type: 'ref/resource', uri: 'bedrock-spend://prices/{model}' },
      argument: { name: 'model', value: 'amazon.nova-l' },
    });
    expect(completion.values).toContain('amazon.nova-lite-v1');
  });

  it('has an icon that nobody needs to fetch', async () => {
    const { icons } = (await connect()).getServerVersion() as { icons?: { src: string }[] };
    expect(icons?.[0]?.src).toMatch(/^data:image\/svg\+xml;base64,/);
  });

  it('are prompts, with their arguments and what these can be', async () => {
    const client = await connect();
    const { prompts } = await client.listPrompts();
    const told = prompts.map(({ name, arguments: args = [] }) => [
      name,
      ...args.map((arg) => (arg.required ? arg.name : `[${arg.name}]`)),
    ]);
    expect(told).toEqual([
      ['weekly_spend_review', '[week_of]', '[audience]'],
      ['find_savings', '[period]', '[who]'],
      ['investigate_spike', 'when', '[who]'],
      ['onboard_team', 'team', '[key]', '[roles]'],
    ]);
    const proposed = async (name: string, argument: string, value: string, given: Record<string, string> = {}) => {
      const context = { arguments: given };
      const ref = { type: 'ref/prompt' as const, name };
      return (await client.complete({ ref, argument: { name: argument, value }, context })).completion.values;
    };
    expect(await proposed('onboard_team', 'key', 'p')).toEqual(['provider', 'principal', 'profile']);
    expect(await proposed('onboard_team', 'team', '')).toContain('search');
    expect(await proposed('onboard_team', 'team', '', { key: 'metadata.env' })).not.toContain('search');
    expect(await proposed('onboard_team', 'roles', 'role/n')).toEqual(['role/nightly-summaries']);
    expect(await proposed('investigate_spike', 'who', 'ROLE/sup')).toEqual(['role/support-bot']);
    expect(await proposed('investigate_spike', 'when', '2026-10-3')).toEqual(['2026-10-31', '2026-10-30']);
    expect(await proposed('find_savings', 'period', '')).toEqual(['2026-10']);
    expect(await proposed('find_savings', 'who', 'provider=am')).toEqual(['provider=amazon']);
    expect(await proposed('weekly_spend_review', 'week_of', '')).toContain('2026-10-26');
    expect(await proposed('weekly_spend_review', 'audience', 'f')).toEqual(['finance']);
    await expect(client.getPrompt({ name: 'investigate_spike', arguments: {} })).rejects.toThrow(/when/);
  });

  it('is a prompt for a weekly review', async () => {
    const { messages } = await (await connect()).getPrompt({
      name: 'weekly_spend_review',
      arguments: { week_of: '2026-10-14' },
    });
    expect(messages).toEqual([
      { role: 'user', content: { type: 'text', text: expect.stringContaining('of 2026-10-14') } },
    ]);
  });

  it('is the version of the package', async () => {
    expect((await connect()).getServerVersion()).toMatchObject({ name: 'bedrock-spend', version: packageJson.version });
    expect(VERSION).toBe(packageJson.version);
  });
});
