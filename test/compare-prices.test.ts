import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ReadCatalogue } from '../scripts/compare-prices/catalogue.ts';
import { CATALOGUES } from '../scripts/compare-prices/catalogues.ts';
import { compareWith } from '../scripts/compare-prices/compare.ts';
import { proposalsFrom } from '../scripts/compare-prices/propose.ts';
import { textFrom, warningFrom } from '../scripts/compare-prices/show.ts';
import { createTableSource } from '../src/prices/own-table.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const PUBLISHED = Date.parse('2026-11-20T11:05:00Z');

const own = createTableSource(
  [
    {
      model: 'anthropic.claude-zephyr-6',
      input: '3',
      output: '15',
      cacheRead: '0.3',
      cacheWrite5m: '3.75',
      scopes: { geo: '1.1', 'in-region': '1.1' },
      source: 'made-up',
    },
    { model: 'anthropic.claude-zephyr-6', from: '2026-11-22', input: '9', output: '45', source: 'made-up' },
    {
      model: 'openai.gpt-9-sol',
      input: '2',
      output: '10',
      longContext: { above: 272_000, input: '2', output: '1.5' },
      source: 'made-up',
    },
    { model: 'acme.orion-1-v1', input: '0.4375', output: '1', source: 'made-up' },
    { model: 'acme.unlisted', input: '1', source: 'made-up' },
  ],
  { 'made-up': { title: 'made up', url: '', read: '2026-11-29' } },
);

const reader = (name: string) => {
  const catalogue = CATALOGUES.find((one) => one.package === name);
  if (catalogue === undefined) throw new Error(`no catalogue ${name}`);
  return catalogue;
};

const read = (name: string, ...texts: string[]): ReadCatalogue => {
  const { beginnings } = reader(name);
  return {
    name,
    version: '1.0.0',
    published: PUBLISHED,
    rates: reader(name).read(texts),
    ...(beginnings ? { beginnings } : {}),
  };
};

const model = (id: string, cost: object) => ({ id, name: 'x', cost, contextWindow: 1000 });

const PI_AI = JSON.stringify({
  'bedrock-converse-stream': {
    a: model('global.anthropic.claude-zephyr-6', { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 0 }),
    b: model('us.anthropic.claude-zephyr-6', { input: 3, output: 16.5, cacheRead: 0.33, cacheWrite: 4.125 }),
    c: model('global.openai.gpt-9-sol', {
      input: 2,
      output: 10,
      tiers: [{ inputTokensAbove: 272000, input: 4, output: 16 }],
    }),
    d: model('acme.orion-1-v1:0', { input: 0.44, output: 1 }),
    e: model('global.zeta.quark-2', {
      input: 1.68,
      output: 5.28,
      cacheRead: 0.312,
      cacheWrite: 2.1,
      tiers: [{ inputTokensAbove: 272000, input: 3.36, output: 7.92 }],
    }),
    f: model('us.zeta.quark-2', { input: 1.848, output: 5.808 }),
    g: model('amazon.nova-9-sonic-v1:0', { input: 1, output: 2 }),
  },
});

describe('what the catalogues say', () => {
  it('is read of JSON with every digit', () => {
    const text =
      '{"x":{"a":{"id":"acme.orion-1","cost":{"input":0.10000000000000000001,"output":1e-7,"cacheRead":0}}}}';
    expect(reader('@earendil-works/pi-ai').read([text])).toEqual([
      { id: 'acme.orion-1', above: 0, rates: { input: '0.10000000000000000001', output: '0.0000001' } },
    ]);
    const catalog =
      '{"amazon-bedrock":{"a":{"id":"acme.orion-1","cost":{"input":2}}},"openai":{"b":{"id":"b","cost":{"input":3}}}}';
    expect(reader('@oh-my-pi/pi-catalog').read([catalog])).toEqual([
      { id: 'acme.orion-1', above: 0, rates: { input: '2' } },
    ]);
  });

  it('is read of program text, which is not run', () => {
    const gateway = `export const models = [{ id: "zephyr", providers: [
      { providerId: "anthropic", externalId: "claude-zephyr-6", inputPrice: "9.0e-6" },
      { providerId: "aws-bedrock", externalId: "anthropic.claude-zephyr-6", inputPrice: "3.0e-6", outputPrice: "15.0e-6", cacheWriteInputPrice1h: "6.0e-6" },
    ] }]; throw new Error('run');`;
    expect(reader('@llmgateway/models').read([gateway])).toEqual([
      { id: 'global.anthropic.claude-zephyr-6', above: 0, rates: { input: '3', output: '15', cacheWrite1h: '6' } },
    ]);
    const promptfoo = `const OTHER = {};\nconst BEDROCK_PRICING = {\n\t"anthropic.claude-zephyr-6": {\n\t\tinput: 3,\n\t\toutput: 15,\n\t\tlongContext: {\n\t\t\tthreshold: 2e5,\n\t\t\tinput: 6\n\t\t}\n\t},\n\t"acme.orion": {\n\t\tinput: .8,\n\t\toutput: 4\n\t}\n};\n`;
    expect(reader('promptfoo').read(['nothing here', promptfoo])).toEqual([
      { id: 'global.anthropic.claude-zephyr-6', above: 0, rates: { input: '3', output: '15' } },
      { id: 'acme.orion', above: 0, rates: { input: '0.8', output: '4' } },
    ]);
  });
});

describe('a comparison', () => {
  const comparison = compareWith(read('@earendil-works/pi-ai', PI_AI), own, NOW);

  it('tells equal, rounded, different and missing rates, as of the day the catalogue was published', () => {
    expect(comparison).toMatchObject({ published: '2026-11-20', equal: 10, missingThere: ['acme.unlisted'] });
    expect(comparison.rounding).toEqual([
      { id: 'acme.orion-1-v1:0', above: 0, token: 'input', ours: '0.4375', theirs: '0.44' },
    ]);
    expect(comparison.different).toEqual([
      {
        id: 'us.anthropic.claude-zephyr-6',
        above: 0,
        token: 'input',
        ours: '3.3',
        theirs: '3',
        reason: 'theirs is the rate through global.',
      },
      { id: 'global.openai.gpt-9-sol', above: 272_000, token: 'output', ours: '15', theirs: '16' },
    ]);
    // What is billed by speech is no text model that we lack.
    expect(comparison.missingHere).toEqual(['global.zeta.quark-2', 'us.zeta.quark-2']);
  });

  it('proposes an entry with its source for what is missing', () => {
    const catalogue = read('@earendil-works/pi-ai', PI_AI);
    expect(proposalsFrom([comparison], [catalogue], NOW)).toEqual([
      {
        model: 'zeta.quark-2',
        entry: `  {
    model: 'zeta.quark-2',
    input: '1.68',
    output: '5.28',
    cacheRead: '0.312',
    cacheWrite5m: '2.1',
    scopes: { geo: '1.1' },
    longContext: { above: 272000, input: '2', output: '1.5' },
    doubts: [{ code: 'single_source', text: '@earendil-works/pi-ai 1.0.0 alone has this price of Bedrock.' }],
    source: '@earendil-works/pi-ai 1.0.0 of 2026-11-20', // read 2026-11-29; add it to PRICE_SOURCES
  },`,
      },
    ]);
  });

  it('says where the ids of a routing do not agree, and proposes no factor that is not exact', () => {
    const text = JSON.stringify({
      'bedrock-converse-stream': {
        a: model('global.zeta.quark-3', { input: 1.4, output: 7 }),
        b: model('us.zeta.quark-3', { input: 1.6, output: 8 }),
        c: model('eu.zeta.quark-3', { input: 1.54, output: 7.7 }),
        d: model('zeta.quark-3', { input: 1.6, output: 8 }),
      },
    });
    const catalogue = read('@earendil-works/pi-ai', text);
    const [proposal] = proposalsFrom([compareWith(catalogue, own, NOW)], [catalogue], NOW);
    expect(proposal?.entry).not.toContain('scopes:');
    expect(proposal?.entry).toContain(
      '// geo: no one factor (us.zeta.quark-3 1.6/8, eu.zeta.quark-3 1.54/7.7); give the rates by region',
    );
    expect(proposal?.entry).toContain('// in-region: no one factor (zeta.quark-3 1.6/8)');
  });

  it('counts what is explained, and lists it and what is missing there on request', () => {
    const compared = { known_until: '2026-11-20', comparisons: [comparison], proposals: [], failures: [] };
    const explained = 'different  us.anthropic.claude-zephyr-6 input: ours 3.3, theirs 3';
    expect(textFrom(compared)).toContain('explained  1: theirs is the rate through global.');
    expect(textFrom(compared)).not.toContain(explained);
    expect(textFrom(compared)).toContain('different  global.openai.gpt-9-sol above 272000 output: ours 15, theirs 16');
    expect(textFrom(compared)).toMatch(/"missing\s+there" models of our table that the catalogue lacks/);
    expect(textFrom(compared, true)).toContain(explained);
    expect(textFrom(compared, true)).toContain('not there  acme.unlisted');
  });

  it('takes beginnings of ids for no models that we lack', () => {
    const text = 'const BEDROCK_PRICING = {\n\t"anthropic.claude-haiku": {\n\t\tinput: 1,\n\t\toutput: 5\n\t}\n};\n';
    expect(compareWith(read('promptfoo', text), own, NOW).missingHere).toEqual([]);
  });

  it('is told in words, and in one line for a build', () => {
    const proposals = proposalsFrom([comparison], [read('@earendil-works/pi-ai', PI_AI)], NOW);
    const compared = { known_until: '2026-11-01', comparisons: [comparison], proposals, failures: [] };
    const text = textFrom(compared);
    expect(text).toContain(
      '@earendil-works/pi-ai 1.0.0 of 2026-11-20: 10 rates equal, 1 rounded, 2 different, 2 ids missing here, 1 models missing there',
    );
    expect(text).toContain("    model: 'zeta.quark-2',");
    expect(text).not.toContain('PRICES_KNOWN_UNTIL may become');
    expect(textFrom({ ...compared, proposals: [] })).toContain("PRICES_KNOWN_UNTIL may become '2026-11-20'");
    expect(warningFrom(compared)).toMatch(/^warning: prices: 1 models .*\(zeta\.quark-2\).*compare-prices\.ts$/);
    const offline = { ...compared, comparisons: [], proposals: [], failures: ['promptfoo: network'] };
    expect(warningFrom(offline)).toBe('warning: prices were not compared with all catalogues: promptfoo: network');
    expect(textFrom(offline)).not.toContain('No model');
    expect(warningFrom({ ...offline, failures: [] })).toBeUndefined();
  });
});

it('says how it is run', () => {
  const run = (flag: string) => spawnSync(process.execPath, ['scripts/compare-prices.ts', flag], { encoding: 'utf8' });
  expect(run('--help')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^Usage: node scripts\/compare-prices\.ts/),
  });
  expect(run('--wonder')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^There is no --wonder\./) });
});

it('a build only warns of prices', () => {
  expect(readFileSync('.ci/run', 'utf8')).toMatch(/compare-prices\.ts --warn \|\| true/);
});
