import Big from 'big.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { priceUsage } from '../../../test/helpers/at-once.ts';
import { composeSample, EXPECTED, OCTOBER } from '../../../test/helpers/sample.ts';
import { usageRowOf } from '../../../test/helpers/usage-rows.ts';
import { usdFromText } from '../../domain/money.ts';
import type { Scope } from '../../domain/scope.ts';
import { atOnce } from '../../domain/steps.ts';
import { CONTEXT_BANDS, type UsageRow } from '../../domain/usage.ts';
import { composePrices } from '../../prices/index.ts';
import { priceKeyFromModel } from '../../prices/model-key.ts';
import { CURRENT_MODELS } from '../../prices/models/current.ts';
import { sizeBeside } from '../../prices/models/size.ts';
import type { ReportContext } from '../context.ts';
import { breakdown } from '../usage/breakdown.ts';
import { alternativesFor, FITS } from './alternatives.ts';
import { type Assumptions, assumptionsFrom, type Change } from './assumptions.ts';
import { csvFromSimulation, textFromSimulation } from './render.ts';
import { simulationSchema } from './schema.ts';
import { simulate } from './simulate.ts';
import { outcomesOf, tally } from './tally.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const OPUS = 'anthropic.claude-opus-4-8';
const HAIKU = 'anthropic.claude-haiku-5-5';
const NOW = Date.parse('2026-11-02T12:00:00Z');

let context: ReportContext & { close(): Promise<void> };
beforeAll(async () => {
  context = await composeSample();
});
afterAll(() => context.close());

const ask = (change: Change, more: object = {}) => simulate({ ...OCTOBER, change, ...more }, context);
const normal = (usd: string | undefined) => usdFromText(usd as string).toFixed();

describe('the stories of the sample month', () => {
  it('routes eu-west-1 globally', async () => {
    const report = await ask({ routing: 'global' }, { where: ['region=eu-west-1'] });
    const { before, after_through_global: after } = EXPECTED.changes.europe;
    expect(report.totals).toMatchObject({ before_usd: normal(before), after_usd: normal(after) });
    expect(textFromSimulation(report)).toMatch(/^\$132\.44 would have been \$120\.40: \$12\.04 \(9\.1 %\) less\./);
  });

  it('takes the developers back to Sonnet', async () => {
    const where = ['principal=role/AWSReservedSSO_Developer_5c1e09b7d2f4a863', `model=${OPUS}`];
    const report = await ask({ model: SONNET }, { where, from: '2026-10-19', to: '2026-10-31' });
    const { after, after_on_sonnet: onSonnet } = EXPECTED.changes.dearer_model;
    expect(report.totals).toMatchObject({ before_usd: normal(after), after_usd: normal(onSonnet) });
  });

  it('moves the intents of early October to Haiku 5.5, at the price it has had since', async () => {
    const where = ['principal=role/checkout-assistant', 'model=anthropic.claude-haiku-4-5-20251001-v1:0'];
    const report = await ask({ model: HAIKU }, { where, to: '2026-10-07' });
    const { before, after_on_haiku_5_5: after } = EXPECTED.changes.intents;
    expect(report.totals).toMatchObject({ before_usd: normal(before), after_usd: normal(after) });
    expect(report.notes).toContainEqual(expect.stringMatching(/^Priced as of today/));
  });

  it('mends the defeated cache', async () => {
    const report = await ask({ cache_hit_rate: 0.93 }, { where: ['principal=role/support-bot'] });
    const bot = EXPECTED.by['principal']?.['role/support-bot'];
    const prefix = new Big(bot?.cache_read_tokens as number).plus(bot?.cache_write_5m_tokens as number);
    // Sonnet 4.6 within a geography: 3.30 in, 16.50 out, 0.33 read, 4.125 written, per million.
    const after = new Big(bot?.input_tokens as number)
      .times('3.3')
      .plus(new Big(bot?.output_tokens as number).times('16.5'))
      .plus(prefix.times('0.93').times('0.33'))
      .plus(prefix.times('0.07').times('4.125'))
      .times('0.000001');
    expect(report.totals.before_usd).toBe(normal(bot?.cost_usd));
    expect(report.totals.after_usd).toBe(after.toFixed());
  });

  it('runs the nightly summaries as batch jobs for half', async () => {
    const report = await ask({ tier: 'batch' }, { where: ['principal=role/nightly-summaries'] });
    const cost = usdFromText(EXPECTED.by['principal']?.['role/nightly-summaries']?.cost_usd as string);
    expect(report.totals.after_usd).toBe(cost.times('0.5').toFixed());
    expect(report.notes).toContainEqual(expect.stringMatching(/^Batch inference has no prompt caching.*24 hours/));
  });

  it('leaves what has no price out, and embeddings where they are', async () => {
    const report = await ask({ model: HAIKU });
    const row = (model: string) => report.rows.find(({ key }) => key['model'] === model);
    expect(row('acme.orion-1-preview-v1:0')).toMatchObject({ moved_invocations: 0, unpriced_invocations: 118 });
    expect(row('amazon.titan-embed-text-v2:0')).toMatchObject({ moved_invocations: 0, saving_usd: '0' });
    expect(report.totals).toMatchObject({ before_usd: normal(EXPECTED.totals.cost_usd), unpriced_invocations: 468 });
    expect(report.notes).toContainEqual(expect.stringMatching(/embedding models.*titan-embed-text-v2:0 \(49\d\)/));
  });
});

describe('a change that changes nothing', () => {
  it.each([{ tier: 'standard' as const }, { input_token_factor: 1 }])(
    'gives the sample’s own money: %j',
    async (change) => {
      const [report, today] = [await ask(change), await breakdown({ by: ['model'], ...OCTOBER }, context)];
      expect(report.totals).toMatchObject({
        before_usd: today.totals.cost_usd,
        after_usd: today.totals.cost_usd,
        saving_usd: '0',
      });
    },
  );

  const prices = composePrices();
  const tallied = (row: UsageRow, assumptions: Assumptions) =>
    atOnce(tally(atOnce(outcomesOf([row], assumptions, { prices, now: NOW }))));
  const tokens = fc.integer({ min: 0, max: 1e9 });
  const models = [
    SONNET,
    OPUS,
    HAIKU,
    'openai.gpt-5.6-sol',
    'amazon.nova-pro-v1:0',
    'meta.llama3-3-70b-instruct-v1:0',
    'acme.none',
  ];
  const anyRow = fc
    .record({
      model: fc.constantFrom(...models),
      scope: fc.constantFrom<Scope>('global', 'geo', 'in-region'),
      region: fc.constantFrom('us-east-1', 'eu-west-1', 'ap-northeast-1'),
      contextBand: fc.constantFrom(0, ...CONTEXT_BANDS),
      counts: fc.record({
        input: tokens,
        output: tokens,
        cacheRead: tokens,
        cacheWrite5m: tokens,
        cacheWrite1h: tokens,
      }),
    })
    .map(
      ({ counts, ...key }): UsageRow =>
        usageRowOf({
          key: { model: key.model },
          priceKey: { ...key, tier: undefined, ratesFrom: Date.parse('2026-10-10T00:00:00Z') },
          invocations: 3,
          ...counts,
        }),
    );

  it('gives any row its own money, when moved to where it is', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const { model, scope } = row.priceKey;
        const assumptions = assumptionsFrom({
          model,
          routing: scope as 'geo',
          tier: 'standard',
          output_token_factor: 1,
        });
        const { before_usd, after_usd } = tallied(row, assumptions);
        expect(after_usd).toBe(before_usd);
        expect(before_usd).toBe(priceUsage([row], [], prices).totals.measures.cost_usd);
      }),
    );
  });

  it('is undone by changing back', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const global: UsageRow = { ...row, priceKey: { ...row.priceKey, scope: 'global' } };
        const geo: UsageRow = { ...row, priceKey: { ...row.priceKey, scope: 'geo' } };
        const [forth, back] = [
          tallied(global, assumptionsFrom({ routing: 'geo' })),
          tallied(geo, assumptionsFrom({ routing: 'global' })),
        ];
        // What lacks a rate stays where it is.
        fc.pre(forth.unpriced_invocations === 0);
        expect([forth.before_usd, forth.after_usd]).toEqual([back.after_usd, back.before_usd]);
      }),
    );
  });

  it('goes by the size of prompts at the model it moves to', () => {
    const row = (contextBand: number): UsageRow =>
      usageRowOf({
        key: { model: OPUS },
        priceKey: { model: OPUS, scope: 'global', region: 'us-east-1', tier: undefined, contextBand, ratesFrom: NOW },
        input: 1_000_000,
      });
    const costAbove = (band: number) => tallied(row(band), assumptionsFrom({ model: HAIKU })).after_usd;
    // Haiku 5.5: 0.10 per million, five times that above 100,000 tokens; Opus costs 5 either way.
    expect([costAbove(0), costAbove(100_000), costAbove(200_000)]).toEqual(['0.1', '0.5', '0.5']);
  });
});

describe('assumptions', () => {
  const where = ['principal=user/team/dana'];
  // 16,6 million fresh tokens through global.: 5 in, 25 out, 0.5 read, 6.25 written.
  it('make a part of the plain prompt a cached prefix', async () => {
    const { input_tokens: input = 0, output_tokens: output = 0 } = EXPECTED.by['principal']?.['user/team/dana'] ?? {};
    const report = await ask({ cache_share: 0.8 }, { where });
    const [fresh, prefix] = [new Big(input).times('0.2'), new Big(input).times('0.8')];
    const after = fresh
      .times(5)
      .plus(prefix.times('0.9').times('0.5'))
      .plus(prefix.times('0.1').times('6.25'))
      .plus(new Big(output).times(25));
    expect(report.totals.after_usd).toBe(after.times('0.000001').toFixed());
    expect(report.notes).toContainEqual(
      expect.stringMatching(/^Assumed: 80 % of the prompt tokens .* 90 % of that prefix is read/),
    );
  });

  it('take tokens of another tokenizer', async () => {
    const { input_tokens: input = 0, output_tokens: output = 0 } = EXPECTED.by['principal']?.['user/team/dana'] ?? {};
    const report = await ask({ model: OPUS, input_token_factor: 1.15, output_token_factor: 0.9 }, { where });
    const after = new Big(input).times('1.15').times(5).plus(new Big(output).times('0.9').times(25)).times('0.000001');
    expect(report.totals.after_usd).toBe(after.toFixed());
    expect(report.notes).toContainEqual(
      expect.stringMatching(/^Assumed: 1\.15 times the prompt tokens and 0\.9 times/),
    );
  });

  it('take cached tokens as plain input where the model has no price for them', async () => {
    const report = await ask({ model: 'meta.llama3-3-70b-instruct-v1:0' }, { where: ['principal=role/support-bot'] });
    const bot = EXPECTED.by['principal']?.['role/support-bot'];
    const all = [bot?.input_tokens, bot?.output_tokens, bot?.cache_read_tokens, bot?.cache_write_5m_tokens];
    const tokens = all.reduce<number>((sum, count) => sum + (count as number), 0);
    expect(report.totals.after_usd).toBe(new Big(tokens).times('0.72').times('0.000001').toFixed());
    expect(report.notes).toContainEqual(expect.stringMatching(/cached tokens count as plain input/));
  });

  it('read the routing from a prefix', async () => {
    const [prefixed, apart] = [
      await ask({ model: `global.${SONNET}` }, { where }),
      await ask({ model: SONNET, routing: 'global' }, { where }),
    ];
    expect(prefixed.totals).toEqual(apart.totals);
  });

  it.each<[Change, object, RegExp]>([
    [
      { model: 'anthropic.claude-opus-9' },
      {},
      /No price is known for anthropic.claude-opus-9.*look alike: .*claude-opus/,
    ],
    [{ tier: 'flex' }, { where: ['provider=anthropic'] }, /in the flex tier.*these tiers: standard, batch/],
    [{ model: 'application-inference-profile/x' }, {}, /no foundation model/],
    [{ model: `us.${SONNET}`, routing: 'global' }, {}, /routed geo, not global/],
    [{ tier: 'batch', cache_share: 0.5 }, {}, /Batch inference has no prompt caching/],
  ])('are refused as %j %j with a reason', async (change, more, message) => {
    await expect(ask(change, more)).rejects.toThrow(message);
  });

  it('move what has a price so, and say what stays', async () => {
    const report = await ask({ tier: 'flex' });
    expect(report.totals.moved_invocations).toBe(264 + 319);
    expect(report.notes).toContainEqual(
      expect.stringMatching(/no price is known for them so: .*claude-sonnet-4-6 \(5,075\)/),
    );
  });
});

describe('alternatives, where nothing is changed', () => {
  it('are what would have saved money, each by itself', async () => {
    const report = await ask({}, { limit: 5 });
    expect(report.by).toEqual(['model', 'alternative']);
    expect(report.totals).toEqual({
      invocations: 10550,
      unpriced_invocations: 468,
      before_usd: normal(EXPECTED.totals.cost_usd),
    });
    expect(report.rows).toHaveLength(5);
    const { rows } = await ask({});
    for (const row of rows.filter(({ fit }) => fit !== 'same model').slice(0, 5)) {
      const { model, alternative } = row.key;
      const own = await ask({ model: alternative }, { where: [`model=${model}`] });
      expect(own.totals.saving_usd).toBe(row.saving_usd);
      expect(usdFromText(row.saving_usd).gt(0)).toBe(true);
    }
    expect(report.omitted_rows).toBeGreaterThan(0);
    expect(simulationSchema.parse(report)).toEqual(report);
  });

  it('begin with what keeps the model, and end with smaller models, which are marked', async () => {
    const { rows } = await ask({});
    const fits = rows.map(({ fit }) => FITS.indexOf(fit as (typeof FITS)[number]));
    expect(fits).toEqual([...fits].sort((a, b) => a - b));
    const haiku = rows.find(({ key }) => key['alternative']?.includes('haiku') && key['model']?.includes('sonnet'));
    expect(haiku).toMatchObject({ fit: 'smaller' });
    const text = textFromSimulation(await ask({}));
    expect(text).toMatch(
      /^Spend was \$[\d,.]+; most would be saved without another model by .*, with another model by .* \(smaller\)\./,
    );
  });

  it.each([
    ['anthropic.claude-sonnet-5-5', 'anthropic.claude-3-5-sonnet-20241022-v2:0', 'same size'],
    ['anthropic.claude-haiku-5-5', 'anthropic.claude-opus-4-8', 'smaller'],
    ['amazon.nova-2-lite-v1:0', 'amazon.nova-lite-v1:0', 'same size'],
    ['amazon.nova-pro-v1:0', 'amazon.nova-micro-v1:0', 'larger'],
    ['meta.llama3-1-8b-instruct-v1:0', 'meta.llama3-3-70b-instruct-v1:0', 'smaller'],
    ['openai.gpt-oss-20b-1:0', 'openai.gpt-oss-120b-1:0', 'smaller'],
    ['openai.gpt-6-luna', 'openai.gpt-oss-120b-1:0', undefined],
    ['cohere.command-r-v1:0', 'cohere.command-r-plus-v1:0', undefined],
  ])('%s beside %s is %s', (model, other, size) => {
    expect(sizeBeside(model, other)).toBe(size);
  });

  it('are models that have a price', () => {
    const { models } = composePrices();
    const named = Object.values(CURRENT_MODELS).flat();
    expect(named.filter((model) => !models.includes(priceKeyFromModel(model)))).toEqual([]);
  });

  it('are no other models for embeddings, nor the model itself', () => {
    const names = (model: string) => alternativesFor(model).map(({ name }) => name);
    expect(names('amazon.titan-embed-text-v2:0').filter((name) => !name.startsWith('same model'))).toEqual([]);
    expect(names('anthropic.claude-opus-5-5')).not.toContain('anthropic.claude-opus-5-5');
  });

  it('are said to be none where there are none', async () => {
    const report = await ask({}, { where: ['principal=nobody'] });
    expect(textFromSimulation(report)).toMatch(/^Spend was \$0\.00; no alternative/);
  });
});

describe('a simulation', () => {
  it('is text that leads with the answer', async () => {
    const text = textFromSimulation(
      await ask({ routing: 'global' }, { by: ['principal'], where: ['region=eu-west-1'] }),
    );
    expect(text.slice(0, text.indexOf('\n\nCovers'))).toMatchSnapshot();
  });

  it('is CSV', async () => {
    const lines = csvFromSimulation(await ask({ routing: 'global' }, { where: ['region=eu-west-1'] }))
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toBe('model,invocations,moved_invocations,unpriced_invocations,before_usd,after_usd,saving_usd');
    expect(lines).toHaveLength(3);
  });
});
