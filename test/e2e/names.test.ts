import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { text as textOfStream } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMoto } from '../../rigs/moto.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { createBedrockNames } from '../../src/names/bedrock/index.ts';
import { composePrices } from '../../src/prices/index.ts';
import { priceReport } from '../../src/reports/price/price.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { ACCOUNT, CLIENT } from '../helpers/cloudwatch.ts';
import { cloudWatchOver, filesOver } from '../helpers/engines.ts';
import { type Call, callOf, lineOf, temporaryFolder } from '../helpers/log-files.ts';
import { composeSample, OCTOBER } from '../helpers/sample.ts';

const arn = (resource: string, account = ACCOUNT) => `arn:aws:bedrock:us-east-1:${account}:${resource}`;
const foundation = (model: string, region = 'us-east-1') => `arn:aws:bedrock:${region}::foundation-model/${model}`;

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const NOVA = 'amazon.nova-lite-v1:0';

const PROFILE = arn('application-inference-profile/k3v9q2m7x1ab');
const PROVISIONED = arn('provisioned-model/pt0invented01');
const TUNED = arn(`custom-model/${NOVA}:300k/cm0invented01`);
const TUNED_AGAIN = arn(`custom-model/${NOVA}:300k/cm0invented02`);
const DEPLOYMENT = arn('custom-model-deployment/cd0invented01');
const IMPORTED = arn('imported-model/im0invented01');
const ROUTER = arn('prompt-router/pr0invented01');
const OWN_ROUTER = arn('default-prompt-router/anthropic.claude:1');

/** What an account has, by the path that lists it; the fields are those of the API reference. */
type Account = Record<string, object[]>;

const LISTS: Readonly<Record<string, string>> = {
  '/inference-profiles': 'inferenceProfileSummaries',
  '/provisioned-model-throughputs': 'provisionedModelSummaries',
  '/custom-models': 'modelSummaries',
  '/model-customization/custom-model-deployments': 'modelDeploymentSummaries',
  '/imported-models': 'modelSummaries',
  '/prompt-routers': 'promptRouterSummaries',
};

const everything = (): Account => ({
  '/inference-profiles': [
    {
      inferenceProfileArn: PROFILE,
      inferenceProfileName: 'doc-search',
      models: ['us-east-1', 'us-west-2'].map((region) => ({ modelArn: foundation(HAIKU, region) })),
    },
  ],
  '/provisioned-model-throughputs': [
    {
      provisionedModelArn: PROVISIONED,
      provisionedModelName: 'night-shift',
      modelArn: foundation(`${HAIKU}:200k`),
      foundationModelArn: foundation(`${HAIKU}:200k`),
    },
  ],
  '/model-customization/custom-model-deployments': [
    { customModelDeploymentArn: DEPLOYMENT, customModelDeploymentName: 'tickets', modelArn: TUNED_AGAIN },
  ],
  '/custom-models': [
    { modelArn: TUNED, modelName: 'tuned', baseModelArn: foundation(`${NOVA}:300k`) },
    { modelArn: TUNED_AGAIN, modelName: 'tuned-again', baseModelArn: TUNED },
  ],
  '/imported-models': [{ modelArn: IMPORTED, modelName: 'our-llama' }],
  '/prompt-routers': [
    { promptRouterArn: OWN_ROUTER, promptRouterName: 'Anthropic Prompt Router' },
    { promptRouterArn: ROUTER, promptRouterName: 'cheap-first' },
  ],
});

/** Bedrock's wire protocol for these operations: moto lacks them, or writes dates that the SDK cannot read. */
let bedrock: Server;
let endpoint: string;
let accounts: Record<string, Account>;
let tags: Record<string, { key: string; value: string }[]>;
/** Paths, or `path#page`, that answer with an error of this name. */
let faults: Record<string, string>;
let asked: string[];
let accountOf: (accessKey: string) => Promise<string>;

async function answerTo(path: string, page: number, accessKey: string, body: string): Promise<object> {
  if (path === '/listTagsForResource') return { tags: tags[JSON.parse(body).resourceARN] ?? [] };
  const items = accounts[await accountOf(accessKey)]?.[path] ?? [];
  // One on a page, so that there is always a next one.
  const last = page + 1 >= items.length;
  return { [LISTS[path] as string]: items.slice(page, page + 1), ...(last ? {} : { nextToken: String(page + 1) }) };
}

beforeAll(async () => {
  bedrock = createServer(async (request, response) => {
    const { pathname: path, searchParams } = new URL(request.url as string, 'http://bedrock');
    const accessKey = /Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    asked.push(path);
    const body = await textOfStream(request);
    const page = Number(searchParams.get('nextToken'));
    const fault = faults[path] ?? faults[`${path}#${page}`];
    const answer = fault ? { message: 'no' } : await answerTo(path, page, accessKey, body);
    response
      .writeHead(fault ? 400 : 200, { 'content-type': 'application/json', 'x-amzn-errortype': fault ?? '' })
      .end(JSON.stringify(answer));
  });
  bedrock.listen(0, '127.0.0.1');
  await once(bedrock, 'listening');
  endpoint = `http://127.0.0.1:${(bedrock.address() as { port: number }).port}`;
});
afterAll(() => bedrock.close());
beforeEach(() => {
  accounts = { [ACCOUNT]: everything() };
  tags = Object.fromEntries(
    [PROFILE, PROVISIONED, DEPLOYMENT, IMPORTED, ROUTER].map((resource, index) => [
      resource,
      [{ key: 'team', value: `team-${index}` }],
    ]),
  );
  faults = {};
  asked = [];
  accountOf = async () => ACCOUNT;
});

const namesIn = (memory: string, more: Partial<Parameters<typeof createBedrockNames>[0]> = {}) =>
  createBedrockNames({ regions: ['us-east-1'], memory, client: { ...CLIENT, endpoint, maxAttempts: 1 }, ...more });

const newNames = async (more = {}) => namesIn(join(await temporaryFolder(), 'names.json'), more);

const unresolved = (resource: string) => resource.split(':').slice(5).join(':');

const EXPECTED = [
  [PROFILE, `us.${HAIKU}`, 'doc-search', { team: 'team-0' }],
  [PROVISIONED, HAIKU, 'night-shift', { team: 'team-1' }],
  [DEPLOYMENT, NOVA, 'tickets', { team: 'team-2' }, 'custom-model'],
  [TUNED, NOVA, 'tuned', {}, 'custom-model'],
  [TUNED_AGAIN, NOVA, 'tuned-again', {}, 'custom-model'],
  [IMPORTED, unresolved(IMPORTED), 'our-llama', { team: 'team-3' }],
  [OWN_ROUTER, unresolved(OWN_ROUTER), 'Anthropic Prompt Router', {}],
  [ROUTER, unresolved(ROUTER), 'cheap-first', { team: 'team-4' }],
].map(([resource, model, name, of, tier]) => ({
  unresolved: unresolved(resource as string),
  model,
  name,
  tags: of,
  tier,
}));

const expected = (resource: string) => EXPECTED.find((alias) => alias.unresolved === unresolved(resource));

describe('names that Bedrock knows', () => {
  it('are the model, the name and the tags of everything that a modelId can be', async () => {
    const { aliases, notes } = await (await newNames())();
    expect(aliases).toEqual(EXPECTED);
    expect(notes).toEqual([]);
  });

  it('are looked up once in a while, not for every question', async () => {
    let now = 0;
    const names = await newNames({ now: () => now });
    await names();
    const first = asked.length;
    await Promise.all([names(), names([unresolved(ROUTER)])]);
    expect(asked).toHaveLength(first);
    now = 16 * 60_000;
    await names();
    expect(asked).toHaveLength(2 * first);
  });

  it.each([
    [ROUTER, ['/prompt-routers']],
    [DEPLOYMENT, ['/model-customization/custom-model-deployments', '/custom-models']],
    ['arn:aws:sagemaker:us-east-1:111122223333:endpoint/marketplace', []],
  ])('are looked up only where usage needs them: %s', async (resource, paths) => {
    const names = await newNames();
    await names([unresolved(resource)]);
    expect(new Set(asked.filter((path) => path !== '/listTagsForResource'))).toEqual(new Set(paths));
  });

  it('are remembered after the resource was deleted', async () => {
    const memory = join(await temporaryFolder(), 'deep', 'names.json');
    await namesIn(memory)();
    accounts = {};
    expect((await namesIn(memory)()).aliases).toEqual(EXPECTED);
  });

  it('were remembered in another file before', async () => {
    const folder = await temporaryFolder();
    const old = { 'application-inference-profile/gone': { model: `us.${HAIKU}`, name: 'old', tags: { team: 'a' } } };
    await writeFile(join(folder, 'profiles.json'), JSON.stringify(old));
    const { aliases } = await namesIn(join(folder, 'names.json'))();
    expect(aliases).toContainEqual(
      expect.objectContaining({ unresolved: 'application-inference-profile/gone', name: 'old', tags: { team: 'a' } }),
    );
    await writeFile(join(folder, 'profiles.json'), '{}');
    expect((await namesIn(join(folder, 'names.json'))()).aliases).toEqual(aliases);
  });

  it('do not lose tags or models to a call that is denied later', async () => {
    const memory = join(await temporaryFolder(), 'names.json');
    await namesIn(memory)();
    faults = { '/listTagsForResource': 'AccessDeniedException', '/custom-models': 'AccessDeniedException' };
    const { aliases, notes } = await namesIn(memory)([unresolved(DEPLOYMENT)]);
    expect(aliases).toEqual(EXPECTED);
    expect(notes).toEqual([
      expect.stringContaining('bedrock:ListTagsForResource (AccessDeniedException in us-east-1)'),
    ]);
    expect(notes.join()).not.toContain('ListCustomModels');
  });

  it('are not said to be missing while they are remembered', async () => {
    const memory = join(await temporaryFolder(), 'names.json');
    await namesIn(memory)();
    faults = { '/prompt-routers': 'AccessDeniedException' };
    const { aliases, notes } = await namesIn(memory)([unresolved(ROUTER)]);
    expect(aliases).toContainEqual(expected(ROUTER));
    expect(notes).toEqual([]);
  });

  it.each([
    ['cut off', '{"half":', 0],
    ['running in a circle', '{"custom-model/a":{"model":"custom-model/a","tags":{}}}', 1],
  ])('survive a memory that is damaged: %s', async (_, content, kept) => {
    const memory = join(await temporaryFolder(), 'names.json');
    await writeFile(memory, content);
    expect((await namesIn(memory)()).aliases.slice(kept)).toEqual(EXPECTED);
  });
});

describe('what may not be looked up', () => {
  const KINDS = [
    ['bedrock:ListInferenceProfiles', '/inference-profiles', PROFILE],
    ['bedrock:ListProvisionedModelThroughputs', '/provisioned-model-throughputs', PROVISIONED],
    ['bedrock:ListCustomModelDeployments', '/model-customization/custom-model-deployments', DEPLOYMENT],
    ['bedrock:ListCustomModels', '/custom-models', TUNED],
    ['bedrock:ListImportedModels', '/imported-models', IMPORTED],
    ['bedrock:ListPromptRouters', '/prompt-routers', ROUTER],
  ] as const;

  it.each(KINDS)(
    'is unresolved and named where usage has it, and everything else is found: %s',
    async (action, path, resource) => {
      faults = { [path]: 'AccessDeniedException' };
      const names = await newNames();
      const { aliases, notes } = await names(EXPECTED.map((alias) => alias.unresolved));
      expect(aliases).not.toContainEqual(expected(resource));
      const other = path === '/prompt-routers' ? IMPORTED : ROUTER;
      expect(aliases).toContainEqual(expected(other));
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain(`looked up: ${action} (AccessDeniedException in us-east-1). `);
      expect((await names([unresolved(other)])).notes).toEqual([]);
    },
  );

  it('is all in one note, and a region without an operation is one more reason', async () => {
    faults = { '/imported-models': 'UnknownOperationException', '/prompt-routers': 'AccessDeniedException' };
    const { notes } = await (await newNames())([unresolved(IMPORTED), unresolved(ROUTER)]);
    expect(notes).toEqual([
      expect.stringContaining(
        'bedrock:ListImportedModels (UnknownOperationException in us-east-1), bedrock:ListPromptRouters (AccessDeniedException in us-east-1)',
      ),
    ]);
  });

  it('counts places beyond a few', async () => {
    faults = { '/prompt-routers': 'AccessDeniedException' };
    const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-north-1', 'ap-south-1'];
    const { notes } = await (await newNames({ regions }))([unresolved(ROUTER)]);
    expect(notes.join()).toContain('AccessDeniedException in eu-west-1 and 2 more)');
  });

  it('names only what changes a price where usage is not known', async () => {
    faults = Object.fromEntries(KINDS.map(([, path]) => [path, 'AccessDeniedException']));
    const { aliases, notes } = await (await newNames())();
    expect(aliases).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('looked up: bedrock:ListInferenceProfiles (')]);
  });

  it('leaves a deployment at its custom model', async () => {
    faults = { '/custom-models': 'AccessDeniedException' };
    const { aliases } = await (await newNames())();
    expect(aliases).toContainEqual({ ...expected(DEPLOYMENT), model: unresolved(TUNED_AGAIN) });
  });

  it('does not take back the pages that came before', async () => {
    faults = { '/prompt-routers#1': 'ThrottlingException' };
    const { aliases, notes } = await (await newNames())([unresolved(OWN_ROUTER), unresolved(ROUTER)]);
    expect(aliases).toEqual([expected(OWN_ROUTER)]);
    expect(notes).toEqual([expect.stringContaining('bedrock:ListPromptRouters (ThrottlingException in us-east-1)')]);
  });

  it('does not fail a report', async () => {
    faults = { '/inference-profiles': 'AccessDeniedException' };
    const { close, ...context } = await composeSample();
    const report = await breakdown({ by: ['model'], ...OCTOBER }, { ...context, names: await newNames() });
    await close();
    expect(report.totals.unpriced_invocations).toBe(468);
    expect(report.notes.join()).toContain('bedrock:ListInferenceProfiles');
  });
});

describe('a look-up that fails altogether', () => {
  it('is made again by the next question', async () => {
    let broken = true;
    const client = {
      ...CLIENT,
      endpoint,
      get maxAttempts() {
        if (broken) throw new Error('no client today');
        return 1;
      },
    };
    const names = await newNames({ client });
    await expect(names()).rejects.toThrow('no client today');
    broken = false;
    expect((await names()).aliases).not.toEqual([]);
  });
});

describe('names in several accounts', () => {
  const ROLES = ['444455556666', '777788889999'].map((account) => `arn:aws:iam::${account}:role/auditor-${account}`);
  const routerOf = (account: string) => arn(`prompt-router/of${account}`, account);
  let moto: Awaited<ReturnType<typeof startMoto>>;

  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(() => moto.close());
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIALOCAL');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', moto.endpoint);
    accounts = {};
    for (const account of ['444455556666', '777788889999']) {
      const promptRouterArn = routerOf(account);
      accounts[account] = { '/prompt-routers': [{ promptRouterArn, promptRouterName: account }] };
      tags[promptRouterArn] = [{ key: 'team', value: account }];
    }
    accountOf = accountBySts;
  });
  afterEach(() => vi.unstubAllEnvs());

  /** Whose temporary credentials these are, by the STS that gave them. */
  async function accountBySts(accessKey: string): Promise<string> {
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/20261015/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0`;
    const body = new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
    const answer = await fetch(moto.endpoint, { method: 'POST', headers: { authorization }, body });
    return /<Account>(\d+)</.exec(await answer.text())?.[1] ?? '';
  }

  it('are looked up with a role for each, in one region', async () => {
    const { aliases, notes } = await (await newNames({ roles: ROLES }))();
    expect(aliases.map(({ unresolved: id, name, tags: of }) => [id, name, of])).toEqual([
      ['prompt-router/of444455556666', '444455556666', { team: '444455556666' }],
      ['prompt-router/of777788889999', '777788889999', { team: '777788889999' }],
    ]);
    expect(notes).toEqual([]);
  });

  it('say which role may not be assumed, instead of each list', async () => {
    const refusing = createServer((_, response) => {
      const error = '<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>';
      response.writeHead(403, { 'content-type': 'text/xml' }).end(`<ErrorResponse>${error}</ErrorResponse>`);
    });
    await once(refusing.listen(0, '127.0.0.1'), 'listening');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(refusing.address() as { port: number }).port}`);
    const { notes } = await (await newNames({ roles: ROLES.slice(0, 1) }))();
    refusing.close();
    expect(notes).toEqual([
      expect.stringContaining('looked up: sts:AssumeRole (AccessDenied in us-east-1 as role/auditor-444455556666). '),
    ]);
    expect(asked).toEqual([]);
  });
});

describe('usage through what has a name', () => {
  const MARKETPLACE = 'arn:aws:sagemaker:us-east-1:111122223333:endpoint/marketplace';
  const DELETED = arn('custom-model-deployment/cd9deleted99');
  const CALLS = [PROFILE, PROVISIONED, DEPLOYMENT, IMPORTED, ROUTER, MARKETPLACE, DELETED].map((id) =>
    callOf({ model: { id } as Call['model'], input: 1_000_000, output: 0, tier: 'standard' }),
  );

  /** Both ways that an engine applies aliases: in SQL, and to groups it has read. */
  const ENGINES = ['files', 'cloudwatch'] as const;
  let engines: Record<(typeof ENGINES)[number], Engine>;

  beforeAll(async () => {
    const lines = CALLS.map(lineOf);
    engines = { files: await filesOver(lines), cloudwatch: await cloudWatchOver('insights')(lines) };
  });
  afterAll(() => Promise.all(Object.values(engines).map((engine) => engine.close())));

  async function ask(engine: (typeof ENGINES)[number], by: string[], where: string[] = []) {
    const names = await newNames();
    const context = { engine: engines[engine], prices: async () => composePrices(), names, now: Date.now };
    return breakdown({ by, where, ...OCTOBER }, context);
  }

  it.each(ENGINES)('is named, and priced only at rates that hold: %s', async (engine) => {
    const { tables, totals, notes } = await ask(engine, ['model', 'profile', 'tier', 'tag.team']);
    const rows = tables[0]?.rows.map(({ key, cost_usd, unpriced_invocations }) => [
      ...Object.values(key),
      unpriced_invocations === 0 ? cost_usd : 'unpriced',
    ]);
    expect(rows).toHaveLength(CALLS.length);
    expect(rows).toEqual(
      expect.arrayContaining([
        // Claude Haiku 4.5 through a geographic profile: 1.10 USD per million input tokens.
        [HAIKU, 'doc-search', 'standard', 'team-0', '1.1'],
        [HAIKU, 'night-shift', 'provisioned', 'team-1', '0'],
        [NOVA, 'tickets', 'custom-model', 'team-2', 'unpriced'],
        [unresolved(IMPORTED), 'our-llama', 'standard', 'team-3', '0'],
        [unresolved(ROUTER), 'cheap-first', 'standard', 'team-4', 'unpriced'],
        [unresolved(MARKETPLACE), '(none)', 'standard', '(none)', 'unpriced'],
        [unresolved(DELETED), '(none)', 'standard', '(none)', 'unpriced'],
      ]),
    );
    expect(totals).toMatchObject({ cost_usd: '1.1', unpriced_invocations: 4 });
    const said = notes.join('\n');
    expect(said).toContain('billed by the hour per model unit, so its cost is not in these dollars');
    expect(said).toContain('billed by the minute per custom model unit, so its cost is not in these dollars');
    expect(said).toContain(`${NOVA} in tier custom-model (1)`);
  });

  it.each(ENGINES)('can be filtered by it: %s', async (engine) => {
    const report = await ask(engine, ['model'], ['tier=provisioned', 'tag.team=team-1', 'profile=night-shift']);
    expect(report.tables[0]?.rows.map(({ key }) => key)).toEqual([{ model: HAIKU }]);
  });

  it('of provisioned throughput costs nothing per token in a price list, either', async () => {
    const question = { model: PROVISIONED, region: 'us-east-1', tier: 'standard', prompt_tokens: 1 };
    const price = priceReport(question, composePrices(), await (await newNames())(), Date.now);
    expect(price).toMatchObject({ model: HAIKU, tier: 'provisioned', source: 'not per token' });
  });

  it('of provisioned throughput stays billed by the hour behind an alias of one’s own', async () => {
    const own = { unresolved: unresolved(PROVISIONED), model: HAIKU, name: 'mine', tags: {} };
    const engine = engines.files;
    const names = async () => ({ aliases: [own], notes: [] });
    const context = { engine, prices: async () => composePrices(), names, now: Date.now };
    const { totals } = await breakdown({ by: ['model'], where: ['profile=mine'], ...OCTOBER }, context);
    expect(totals).toMatchObject({ invocations: 1, unpriced_invocations: 0, cost_usd: '0' });
  });
});
