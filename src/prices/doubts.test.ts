import { describe, expect, it } from 'vitest';
import { DOUBT_CODES, type DoubtCode } from '../domain/doubt.ts';
import type { PriceKey } from '../domain/usage.ts';
import { modelIdentity } from '../logs/model-id.ts';
import { composePrices } from './index.ts';
import { overridesFromText } from './overrides.ts';
import { createTableSource } from './own-table.ts';
import { doubtsAbout, sayings } from './rate.ts';
import { PRICE_TABLE } from './table.ts';

const book = composePrices();

function keyOf(modelId: string, day: string, more: Partial<PriceKey> = {}): PriceKey {
  const { model, scope } = modelIdentity(modelId);
  const ratesFrom = Date.parse(`${day}T00:00:00Z`);
  return { model, scope, region: 'us-east-1', tier: undefined, contextBand: 0, ratesFrom, ...more };
}

const codesOf = (modelId: string, day: string, more?: Partial<PriceKey>): DoubtCode[] | undefined =>
  book.rate(keyOf(modelId, day, more))?.doubts.map(({ code }) => code);

describe('doubts about prices of our own table', () => {
  it.each([
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', '2025-11-30', []],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', '2025-12-01', ['extended_access']],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', '2026-10-07', []],
    ['us.anthropic.claude-opus-4-1-20250805-v1:0', '2026-10-08', ['extended_access']],
    ['cohere.command-r-v1:0', '2026-06-01', ['extended_access']],
    ['mistral.voxtral-mini-3b-2507', '2026-10-15', ['modality_unknown']],
    ['cohere.embed-v4:0', '2026-10-15', ['modality_unknown']],
    ['anthropic.claude-sonnet-4-6', '2026-10-15', []],
  ] as const)('%s on %s: %j', (modelId, day, codes) => {
    expect(codesOf(modelId, day)).toEqual(codes);
  });

  it.each([
    ['amazon.nova-micro-v1:0', { region: 'ap-southeast-7' }, ['derived_rate']],
    ['amazon.nova-micro-v1:0', { region: 'ap-southeast-5' }, ['derived_rate output']],
    ['amazon.nova-micro-v1:0', { region: 'ap-southeast-2' }, []],
    ['amazon.nova-pro-v1:0', { region: 'ap-east-2' }, ['derived_rate']],
    ['amazon.nova-pro-v1:0', { region: 'ap-southeast-3' }, ['derived_rate']],
    ['amazon.nova-pro-v1:0', { region: 'ap-southeast-5' }, ['derived_rate']],
    ['amazon.nova-pro-v1:0', { region: 'ap-southeast-7' }, ['derived_rate']],
    ['amazon.nova-pro-v1:0', { region: 'eu-west-1' }, []],
    ['amazon.nova-lite-v1:0', { region: 'ap-east-2' }, ['derived_rate output']],
    ['global.anthropic.claude-mythos-preview', {}, ['derived_rate']],
    ['anthropic.claude-mythos-preview', {}, []],
    ['global.anthropic.claude-mythos-5', {}, ['derived_rate']],
    ['us.anthropic.claude-mythos-5', {}, []],
    ['global.openai.gpt-5.5', {}, ['derived_rate']],
    ['openai.gpt-5.5', {}, []],
    ['moonshotai.kimi-k3.1', {}, ['single_source', 'derived_rate']],
    ['us.moonshotai.kimi-k3.1', {}, ['single_source']],
    ['zai.glm-5.3', {}, ['single_source', 'derived_rate']],
    ['global.zai.glm-5.3', {}, ['single_source']],
    ['global.anthropic.claude-fable-5-2', {}, ['derived_rate cacheWrite1h']],
    [
      'global.anthropic.claude-fable-5-2',
      { tier: 'batch' },
      ['derived_rate cacheWrite1h', 'derived_rate input output', 'derived_rate cacheRead cacheWrite5m cacheWrite1h'],
    ],
    ['anthropic.claude-sonnet-4-6', { tier: 'batch' }, ['derived_rate cacheRead cacheWrite5m cacheWrite1h']],
    ['amazon.nova-pro-v1:0', { tier: 'batch' }, ['derived_rate cacheRead']],
    ['meta.llama3-3-70b-instruct-v1:0', { tier: 'batch' }, []],
    ['amazon.titan-embed-image-v1', {}, ['single_source', 'modality_unknown']],
    ['writer.palmyra-vision-7b', {}, ['modality_unknown']],
    ['writer.palmyra-x5-v1:0', {}, []],
    ['openai.gpt-6.2-sol', {}, []],
    ['amazon.nova-pro-v1:0', { region: '' }, ['region_not_listed']],
    ['anthropic.claude-sonnet-4-6', { region: '' }, []],
  ] as const)('%s with %j: %j', (modelId, more, doubts) => {
    const found = book.rate(keyOf(modelId, '2026-11-20', more))?.doubts;
    expect(found?.map(({ code, classes = [] }) => [code, ...classes].join(' '))).toEqual(doubts);
  });

  it('say that a record names no region', () => {
    const [doubt] = book.rate(keyOf('amazon.nova-pro-v1:0', '2026-11-20', { region: '' }))?.doubts ?? [];
    expect(doubt?.text).toMatch(/^The record names no region; the us-east-1 list price is taken/);
  });

  it('have a code wherever a note tells that one source alone has a price, or that it is derived', () => {
    const tells = (pattern: RegExp, ...codes: readonly DoubtCode[]) =>
      PRICE_TABLE.filter(
        ({ note = '', doubts = [] }) => pattern.test(note) && !doubts.some(({ code }) => codes.includes(code)),
      );
    expect(tells(/\balone\b|\bonly source\b/, 'single_source')).toEqual([]);
    expect(tells(/\bderived\b|worked out|\bover 1\.\d|is that rate/, 'derived_rate')).toEqual([]);
  });

  it('and notes about a region stand with that region', () => {
    const remark = (region: string) =>
      book.rate(keyOf('amazon.titan-embed-text-v2:0', '2026-11-20', { region }))?.remark;
    expect([remark('us-east-1'), remark('eu-central-1')]).toEqual([undefined, expect.stringMatching(/kept as listed/)]);
    const named = PRICE_TABLE.filter(({ note = '' }) => /\b[a-z]{2}-[a-z]+-\d\b/.test(note));
    expect(named).toEqual([]);
  });

  it('begin where usage is cut in time, so that a sum has one answer', () => {
    expect(book.rateChanges).toEqual(
      expect.arrayContaining(['2025-12-01', '2026-10-08'].map((day) => Date.parse(day))),
    );
  });

  it('say what AWS asks where that is known', () => {
    const [doubt] = book.rate(keyOf('anthropic.claude-3-5-sonnet-20240620-v1:0', '2026-01-15'))?.doubts ?? [];
    expect(doubt?.text).toMatch(/since 2025-12-01.*6 in, 30 out/);
  });
});

describe('a doubt', () => {
  const table = createTableSource(
    [
      {
        model: 'acme.orion-1',
        input: '1',
        output: '4',
        cacheRead: '0.1',
        source: 'made-up',
        doubts: [
          { code: 'single_source', text: 'One source.' },
          { code: 'derived_rate', text: 'Reads are derived.', classes: ['cacheRead'] },
          { code: 'long_context', text: 'Long prompts.', above: 200_000 },
        ],
      },
    ],
    { 'made-up': { title: 'made up', url: '', read: '2026-11-29' } },
  );
  const rateOf = (contextBand: number) => {
    const rate = table.rate({ ...keyOf('acme.orion-1', '2026-11-29'), contextBand });
    if (rate === undefined) throw new Error('no rate');
    return rate;
  };

  it('about a class of tokens is none where these were not used', () => {
    const codes = (...classes: Parameters<typeof doubtsAbout>[1]) =>
      doubtsAbout(rateOf(0), classes).map(({ code }) => code);
    expect(codes('input', 'output')).toEqual(['single_source', 'modality_unknown']);
    expect(codes('cacheRead')).toEqual(['single_source', 'derived_rate', 'modality_unknown']);
    expect(codes()).toEqual([]);
  });

  it('about long prompts is none about short ones', () => {
    expect(rateOf(128_000).doubts.map(({ code }) => code)).not.toContain('long_context');
    expect(rateOf(200_000).doubts.map(({ code }) => code)).toContain('long_context');
  });

  it('is said with its model and code', () => {
    expect(sayings(rateOf(0), 'acme.orion-1', ['input'])[0]).toBe('acme.orion-1: One source. (single_source)');
  });

  it('has a code of the table', () => {
    const used = [...rateOf(200_000).doubts].map(({ code }) => code);
    expect(used.filter((code) => !DOUBT_CODES.includes(code))).toEqual([]);
  });

  it('ends where the operator names the price', () => {
    const own = composePrices(
      overridesFromText('prices: [{ model: mistral.voxtral-mini-3b-2507, input: 1 }]', 'p.yaml'),
    );
    expect(own.rate(keyOf('mistral.voxtral-mini-3b-2507', '2026-10-15', { region: 'mars-north-9' }))?.doubts).toEqual(
      [],
    );
  });

  it('stays with a discounted price', () => {
    const cheaper = composePrices(overridesFromText('discounts: [{ percent: 10 }]', 'p.yaml'));
    const rate = cheaper.rate(keyOf('anthropic.claude-sonnet-4-6', '2026-10-15', { region: 'mars-north-9' }));
    expect(rate?.doubts.map(({ code }) => code)).toEqual(['unknown_region']);
  });
});
