import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../src/authentication/client-identity.ts';
import { openAccessControl } from '../../src/authorization/access-control.ts';
import { DIMENSIONS } from '../../src/domain/dimension.ts';
import { SpendError } from '../../src/domain/errors.ts';
import type { ServerDependencies } from '../../src/mcp/dependencies.ts';
import { limitedContext } from '../../src/mcp/limited-context.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { csvFromReport, textFromReport } from '../../src/reports/render.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { askAs, connectAs, keyOf, tokenOf } from '../helpers/ask-as.ts';
import { composeSample, EXPECTED, OCTOBER } from '../helpers/sample.ts';

const POLICY = JSON.stringify({
  rules: [
    { name: 'finance', match: { claims: { groups: 'finops' } }, see: 'everything' },
    { name: 'partner', match: { principal: 'key:partner' }, see: 'everything', pseudonyms: true },
    {
      name: 'half',
      match: { principal: 'key:half' },
      see: { principal: ['role/support-bot', 'role/doc-search'] },
      pseudonyms: true,
    },
    { name: 'bot', match: { key: 'support-bot' }, see: { principal: 'role/support-bot' } },
    { name: 'asker', match: { principal: 'key:asker' }, see: 'everything', tools: ['breakdown_spend'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    { name: 'own', match: { claims: { iss: 'https://login.example.com' } }, see: { session: '${email}' } },
  ],
});

const finance = tokenOf({ groups: ['finops'] });
const bot = keyOf('k7', 'support-bot');
const stranger = keyOf('k8', 'stranger');

let dependencies: ServerDependencies & { close(): Promise<void> };
const audited: string[] = [];
const TOOL_NAMES = TOOLS.map(({ name }) => name);

beforeAll(async () => {
  const options = { policy: POLICY, pseudonymKey: 'planted-pseudonym-key-32-characters', audit: 'log' };
  const access = await openAccessControl(
    options,
    async () => TOOL_NAMES,
    (line) => audited.push(line),
  );
  dependencies = { ...(await composeSample()), access, log: () => {} };
});
afterAll(() => dependencies.close());

const refuseAll = (what: string) =>
  new Proxy(
    {},
    { get: (_, name) => (name === 'source' ? '' : () => Promise.reject(new Error(`${what} was reached`))) },
  );

/** Everything that could read, each of which fails when it is reached. */
const untouchable = () => {
  const touched: string[] = [];
  const reach = (what: string) => () => {
    touched.push(what);
    throw new Error(`${what} was reached`);
  };
  return {
    touched,
    dependencies: {
      ...dependencies,
      engine: refuseAll('engine') as never,
      narrowed: reach('narrowed'),
      names: reach('names'),
      prices: reach('prices'),
      bill: reach('bill'),
      metricsIn: reach('metrics'),
      probeSetup: reach('setup'),
    } as ServerDependencies,
  };
};

const INPUTS: Record<string, Record<string, unknown>> = {
  breakdown_spend: { by: ['principal'] },
  simulate_spend: { model: 'amazon.nova-lite-v1:0', by: ['principal'], ...OCTOBER },
  find_expensive_invocations: OCTOBER,
  explain_spend_change: { from: '2026-10-15', to: '2026-11-01' },
  export_focus: OCTOBER,
  review_prompt_caching: OCTOBER,
  find_wasted_spend: { ...OCTOBER, prompt_at_least: 1000, output_at_most: 5000 },
  check_budget: { usd: '500' },
  get_price: { model: 'amazon.nova-lite-v1:0' },
  check_setup: { regions: ['us-east-1'] },
};

describe('a client without rights', () => {
  it.each<[string, ClientIdentity | undefined]>([
    ['a key no rule knows', stranger],
    ['a token of another issuer', tokenOf({ iss: 'https://evil.example', email: 'ann@example.com', sub: 'x' })],
    ['a token without the claim its rule needs', tokenOf({ iss: 'https://login.example.com' })],
    ['nobody', undefined],
  ])('reaches no engine, price, name, bill or setting: %s', async (_, identity) => {
    const { touched, dependencies: all } = untouchable();
    for (const name of TOOL_NAMES) {
      const answer = await askAs(identity, all, name, INPUTS[name]);
      expect(answer).toMatchObject({ isError: true, text: expect.stringMatching(/policy.*\[FORBIDDEN\]$/) });
    }
    const client = await connectAs(identity, all);
    await expect(client.readResource({ uri: 'bedrock-spend://prices' })).rejects.toThrow(/policy/);
    expect(touched).toEqual([]);
  });

  it('is told which claim is missing, as that is theirs to mend', async () => {
    const { text } = await askAs(tokenOf({ iss: 'https://login.example.com' }), dependencies, 'list_dimensions');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as an operator writes it
    expect(text).toContain('${email}');
  });
});

describe('a client who sees a part', () => {
  it('gets that part of every question, and exact sums of it', async () => {
    const whole = await askAs(finance, dependencies, 'breakdown_spend', { by: ['principal'], ...OCTOBER });
    const mine = await askAs(bot, dependencies, 'breakdown_spend', { by: ['principal'], ...OCTOBER });
    const own = whole.rows.find(({ key }) => key['principal'] === 'role/support-bot');
    expect(mine.data).toMatchObject({ rows: [own], totals: { cost_usd: own?.cost_usd } });
    expect(mine.data).toMatchObject({ coverage: { records: 1400, files: 0 } });
  });

  it.each([
    ['another’s name in a filter', { where: ['principal=role/doc-search'] }],
    ['another’s name beside the own', { where: ['principal=role/doc-search', 'principal=role/support-bot'] }],
    ['the whole in another dimension', { by: ['session', 'caller', 'account'] }],
    ['the absent value', { where: ['principal=(none)'] }],
  ])('cannot widen it: %s', async (_, change) => {
    const { text, data } = await askAs(bot, dependencies, 'breakdown_spend', {
      by: ['principal'],
      ...OCTOBER,
      ...change,
    });
    expect(JSON.stringify(data)).not.toMatch(/doc-search|data-pipeline|checkout|dana|Developer/);
    expect(text).not.toMatch(/data-pipeline|checkout|dana|Developer/);
  });

  it.each(['reconcile_with_bill', 'check_setup'])('is refused %s, before anything is asked', async (name) => {
    const { touched, dependencies: all } = untouchable();
    expect(await askAs(bot, all, name, INPUTS[name])).toMatchObject({ text: expect.stringContaining('[FORBIDDEN]') });
    expect(touched).toEqual([]);
  });

  it('is narrowed in a log group of its own choice, too', async () => {
    const all = { ...dependencies, narrowed: () => dependencies.engine };
    const input = { log_group_name: '/other', days: 60 };
    const { data } = await askAs(bot, all, 'get_bedrock_usage_report', input);
    expect(data).toMatchObject({ totals: { invocations: 1400 } });
    expect(JSON.stringify(data)).not.toMatch(/doc-search|Developer/);
  });

  it('sees neither others’ metadata keys nor the moment of the last call', async () => {
    const { data } = await askAs(bot, dependencies, 'list_dimensions');
    expect(data).toMatchObject({
      metadata_keys: [],
      data_from: '2026-10-01T00:00:00Z',
      data_to: '2026-10-31T23:59:59Z',
    });
  });

  it('is told of a failure only that there was one', async () => {
    const engine = {
      ...dependencies.engine,
      usage: () => Promise.reject(new SpendError('ACCESS_DENIED', 'arn:aws:iam::111122223333:role/reader may not')),
    };
    const logged: string[] = [];
    const all = { ...dependencies, engine, log: (line: string) => logged.push(line) };
    const input = { by: ['model'], ...OCTOBER };
    const { text } = await askAs(bot, all, 'breakdown_spend', input);
    expect(text).toMatch(/log has it under ([0-9a-f]{8}).*\[ACCESS_DENIED\]/);
    expect(text).not.toContain('arn:');
    expect(logged.join()).toContain('role/reader may not');
    expect((await askAs(finance, all, 'breakdown_spend', input)).text).toContain('role/reader may not');
  });
});

/** Whatever tells of other callers in the sample month. */
const OTHERS = /doc-search|data-pipeline|checkout|nightly|dana|Developer/;

describe('every tool', () => {
  const asked = TOOLS.filter(({ name, wholeAccount }) => !wholeAccount && name !== 'get_price').map(({ name }) => name);

  it.each(asked)('%s tells a client with a filter of nobody else', async (name) => {
    const { isError, text, data } = await askAs(bot, dependencies, name, INPUTS[name]);
    expect(isError).toBe(false);
    expect(`${text}${JSON.stringify(data)}`).not.toMatch(OTHERS);
  });

  it.each(asked.flatMap((name) => ['partner', 'half'].map((client) => [name, client])))(
    '%s tells a client with pseudonyms no name: %s',
    async (name, client) => {
      const { isError, text, data } = await askAs(keyOf(client), dependencies, name, INPUTS[name]);
      expect(isError).toBe(false);
      // What dimensions mean is told with examples.
      const told = `${text}${JSON.stringify(data)}`.replaceAll(DIMENSIONS.principal, '');
      expect(told).not.toMatch(/\barn:|@example|role\/|user\/|(?<![\d.])\d{12}(?!\d)/);
    },
  );
});

describe('what is saved and wasted', () => {
  const told = async (identity: ClientIdentity, name: string) =>
    (await askAs(identity, dependencies, name, INPUTS[name])).data ?? {};

  it('is the same money under pseudonyms, also where the report asks again about some callers', async () => {
    const [real, hidden] = [
      await told(finance, 'review_prompt_caching'),
      await told(keyOf('partner'), 'review_prompt_caching'),
    ];
    expect(hidden['totals']).toEqual(real['totals']);
    expect(hidden['totals']).toMatchObject({ wasted_usd: expect.stringMatching(/^35\.75/) });
    const kinds = (await told(finance, 'find_wasted_spend'))['kinds'];
    expect((await told(keyOf('partner'), 'find_wasted_spend'))['kinds']).toEqual(kinds);
  });

  it('is of a client with a filter the client’s own part', async () => {
    const { gross_saved_usd, write_surcharge_usd, wasted_usd } =
      EXPECTED.caching['role/support-bot anthropic.claude-sonnet-4-6'] ?? {};
    const { totals } = await told(bot, 'review_prompt_caching');
    expect(totals).toMatchObject({ gross_saved_usd, write_surcharge_usd, wasted_usd });
    const { kinds } = await told(bot, 'find_wasted_spend');
    expect(kinds).toContainEqual(expect.objectContaining({ kind: 'retry storm', findings: 0 }));
    expect(kinds).toContainEqual(expect.objectContaining({ kind: 'dearer routing', usd: '13.56870564' }));
  });
});

describe('single requests', () => {
  const mostExpensive = async (identity: ClientIdentity, where?: string[]) => {
    const input = { ...OCTOBER, limit: 3, ...(where ? { where } : {}) };
    const { data } = await askAs(identity, dependencies, 'find_expensive_invocations', input);
    return (data as { invocations: Record<string, string>[] }).invocations;
  };

  it('are the client’s own, the most expensive of those', async () => {
    const all = await mostExpensive(finance, ['principal=role/support-bot']);
    expect(all).toHaveLength(3);
    expect(await mostExpensive(bot)).toEqual(all);
    expect(await mostExpensive(bot, ['principal=role/doc-search'])).toEqual([]);
  });

  it('are found by a pseudonym, and by no real name', async () => {
    const partner = keyOf('partner');
    const [real] = await mostExpensive(finance);
    const [first] = await mostExpensive(partner);
    expect(first?.['request_id']).toBe(real?.['request_id']);
    expect(first?.['principal']).toMatch(/^principal-[0-9a-z]{8}$/);
    const own = await mostExpensive(partner, [`principal=${first?.['principal']}`]);
    expect(own[0]).toEqual(first);
    expect(new Set(own.map(({ principal }) => principal)).size).toBe(1);
    expect(await mostExpensive(partner, [`principal=${real?.['principal']}`])).toEqual([]);
  });
});

describe('the operator’s budgets', () => {
  it('are told to who sees everything', async () => {
    const budgets = async () => [
      { name: 'ads', usd: '9', period: 'month' as const, where: ['metadata.team=ads'], warn_percent: '80' },
    ];
    const all = { ...dependencies, budgets };
    expect((await askAs(finance, all, 'check_budget')).text).toContain('ads');
    expect(await askAs(bot, all, 'check_budget')).toMatchObject({
      isError: true,
      text: expect.stringMatching(/FORBIDDEN/),
    });
  });
});

describe('a client with a list of tools', () => {
  it('is refused the others, and what resources tell of them', async () => {
    const asker = keyOf('asker');
    expect(await askAs(asker, dependencies, 'breakdown_spend', { by: ['model'], ...OCTOBER })).toMatchObject({
      isError: false,
    });
    expect((await askAs(asker, dependencies, 'get_price', INPUTS['get_price'])).text).toContain('[FORBIDDEN]');
    const client = await connectAs(asker, dependencies);
    await expect(client.readResource({ uri: 'bedrock-spend://prices' })).rejects.toThrow(/not get_price/);
  });
});

describe('a client who sees pseudonyms', () => {
  const partner = keyOf('partner');
  const input = { by: ['principal', 'session', 'caller', 'account'], ...OCTOBER };

  it('sees no name anywhere, and the same one in text and data', async () => {
    const { text, data, rows } = await askAs(partner, dependencies, 'breakdown_spend', input);
    const told = `${text}${JSON.stringify(data)}`;
    expect(told).not.toMatch(/\barn:|example\.com|role\/|user\/|(?<!\d)\d{12}(?!\d)/);
    expect(rows.length).toBeGreaterThan(5);
    expect(text).toContain(rows[0]?.key['principal']);
  });

  it('sees the same names in text, JSON and CSV', async () => {
    const context = limitedContext(dependencies, dependencies.access.rightsOf(partner));
    const report = await breakdown(input, context);
    const told = [textFromReport(report), JSON.stringify(report), csvFromReport(report)];
    const name = report.tables[0]?.rows[0]?.key['session'] as string;
    expect(told.filter((text) => !text.includes(name))).toEqual([]);
    expect(told.filter((text) => /arn:|role\/|user\/|@example/.test(text))).toEqual([]);
  });

  it('can go on with one in a filter', async () => {
    const { rows } = await askAs(partner, dependencies, 'breakdown_spend', { ...input, by: ['principal'] });
    const [first] = rows;
    const where = [`principal=${first?.key['principal']}`];
    const next = await askAs(partner, dependencies, 'breakdown_spend', { by: ['model'], ...OCTOBER, where });
    expect(next.data).toMatchObject({ totals: { cost_usd: first?.cost_usd } });
  });
});

describe('resources and completion', () => {
  const csvOf = async (identity: ClientIdentity, tool: string, input: object) => {
    const client = await connectAs(identity, dependencies);
    const uri = `bedrock-spend://csv/${tool}?arguments=${encodeURIComponent(JSON.stringify(input))}`;
    return (await client.readResource({ uri })).contents.map((one) => (one as { text: string }).text).join('');
  };
  const proposedTo = async (identity: ClientIdentity, name: string, argument: string) => {
    const client = await connectAs(identity, dependencies);
    const ref = { type: 'ref/prompt' as const, name };
    return (await client.complete({ ref, argument: { name: argument, value: '' } })).completion.values;
  };

  it('are refused as the tool is', async () => {
    await expect(csvOf(stranger, 'breakdown_spend', { by: ['model'] })).rejects.toThrow(/policy/);
    await expect(csvOf(keyOf('asker'), 'simulate_spend', { routing: 'global' })).rejects.toThrow(/not simulate_spend/);
    await expect(csvOf(finance, 'check_setup', {})).rejects.toThrow(/no table of check_setup/);
    expect(await proposedTo(stranger, 'investigate_spike', 'who')).toEqual([]);
  });

  it('show a client with a filter its own part', async () => {
    const csv = await csvOf(bot, 'breakdown_spend', { by: ['principal'], ...OCTOBER });
    expect(csv.trimEnd().split('\r\n').slice(1)).toEqual([expect.stringMatching(/^role\/support-bot,/)]);
    expect(await proposedTo(bot, 'onboard_team', 'roles')).toEqual(['role/support-bot']);
  });

  it.each(['partner', 'half'])('show pseudonyms in place of names: %s', async (client) => {
    const partner = keyOf(client);
    const told = [
      await csvOf(partner, 'breakdown_spend', { by: ['principal', 'caller'], ...OCTOBER }),
      ...(await proposedTo(partner, 'investigate_spike', 'who')),
    ];
    expect(told.length).toBeGreaterThan(2);
    expect(told.filter((text) => /arn:|role\/|user\/|@example/.test(text))).toEqual([]);
  });
});

describe('the audit log', () => {
  it('has a line for every question, granted or not, and no answer and no key in it', async () => {
    audited.length = 0;
    await askAs(bot, dependencies, 'breakdown_spend', { by: ['principal'], ...OCTOBER });
    await askAs(stranger, dependencies, 'breakdown_spend', { by: ['principal'] });
    await (await connectAs(finance, dependencies)).readResource({ uri: 'bedrock-spend://prices' });
    expect(audited.map((line) => JSON.parse(line))).toMatchObject([
      {
        principal: 'key:k7',
        name: 'support-bot',
        rule: 'bot',
        method: 'tools/call',
        target: 'breakdown_spend',
        input: { by: ['principal'], from: '2026-10-01', to: '2026-11-01' },
        outcome: 'ok',
        rows: 1,
      },
      { principal: 'key:k8', rule: 'default', outcome: 'FORBIDDEN' },
      { rule: 'finance', method: 'resources/read', target: 'bedrock-spend://prices', outcome: 'ok' },
    ]);
    expect(audited.join()).not.toMatch(/planted|149\.25|cost_usd/);
  });

  it('cannot be forged or steered by what is asked', async () => {
    audited.length = 0;
    const forged = '\n{"audit":1,"principal":"key:admin"}\r\u001b[2J\u202e\u2028\u0085';
    await askAs({ ...bot, name: forged }, dependencies, 'get_price', { model: forged, region: 'x'.repeat(100_000) });
    expect(audited).toHaveLength(1);
    expect(audited[0]).toMatch(/^[\x20-\x7e]{1,2000}$/);
    expect(JSON.parse(audited[0] as string)).toMatchObject({ principal: 'key:k7', input: { model: forged } });
  });
});
