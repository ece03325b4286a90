import { describe, expect, it } from 'vitest';
import { composePrices } from '../../prices/index.ts';
import { PRICES_KNOWN_UNTIL } from '../../prices/known-until.ts';
import { noPriceText, type PriceQuestion, priceList, priceReport, priceSchema } from './price.ts';
import { textFromPrice, textFromPriceList } from './render.ts';

const book = composePrices();
const names = { aliases: [], notes: [] };
const now = () => Date.parse('2026-11-29T12:00:00Z');

const asked = (model: string, more: Partial<PriceQuestion> = {}): PriceQuestion => ({
  model,
  tier: 'standard',
  prompt_tokens: 0,
  ...more,
});
const priceOf = (model: string, more?: Partial<PriceQuestion>) => priceReport(asked(model, more), book, names, now);
const listText = (question: Parameters<typeof priceList>[1]) =>
  textFromPriceList(priceList(book, question, now), question, now);

describe('a price', () => {
  it('says up to which day our own table is known, and that it is asked of a later one', () => {
    const price = priceOf('amazon.nova-pro-v1:0', { at: '2026-11-20' });
    expect(price?.known_until).toBe(PRICES_KNOWN_UNTIL);
    expect(price?.notes).toEqual([`Our own table knows prices up to ${PRICES_KNOWN_UNTIL}.`]);
    const later = priceOf('amazon.nova-pro-v1:0', { at: '2035-01-01' });
    expect(later && textFromPrice(later)).toContain('a change up to 2035-01-01 is not in it');
    expect(priceSchema.safeParse(later).success).toBe(true);
  });

  it('of a day before the first of which its source knows says so', () => {
    const before = /from a source of 2026-08-20 and knows nothing earlier: whether it held on 2020-01-01/;
    expect(priceOf('amazon.nova-pro-v1:0', { at: '2020-01-01' })?.notes[0]).toMatch(before);
    expect(priceOf('amazon.nova-pro-v1:0', { at: '2026-08-20' })?.notes).toHaveLength(1);
    expect(priceOf('openai.gpt-5.6-terra', { at: '2026-07-30' })?.notes).toHaveLength(1);
  });

  it('of an ARN is that of its region, unless another is named', () => {
    const arn = 'arn:aws:bedrock:eu-west-2::foundation-model/amazon.nova-lite-v1:0';
    expect(priceOf(arn)?.region).toBe('eu-west-2');
    expect(priceOf(arn, { region: 'eu-west-1' })?.region).toBe('eu-west-1');
    expect(priceOf('amazon.nova-lite-v1:0')?.region).toBe('us-east-1');
  });
});

describe('no price, because', () => {
  it.each<[why: string, model: string, more: Partial<PriceQuestion>, text: RegExp]>([
    [
      'nobody knows the model',
      'amazon.nova-prro-v1:0',
      {},
      /^No price is known for amazon\.nova-prro.*look alike: .*nova/,
    ],
    ['nothing is like it', 'zzz', {}, /"bedrock-spend prices" lists all/],
    [
      'the tier is not offered',
      'anthropic.claude-sonnet-4-6',
      { tier: 'flex' },
      /claude-sonnet-4-6 has no price in the tier flex; it has one in standard, batch\./,
    ],
    [
      'the day is before its first price',
      'anthropic.claude-fable-5-2',
      { at: '2026-10-01' },
      /holds from 2026-11-09 on; none is known of 2026-10-01/,
    ],
    ['it is billed by query', 'amazon.rerank-v1:0', {}, /billed by query.*\(billed_by_query\)/],
    ['it is billed by speech', 'amazon.nova-sonic-v1:0', {}, /\(billed_by_speech\)/],
    ['it names no model', 'application-inference-profile/abc', {}, /does not name the model behind it.*"aliases"/],
  ])('%s', (_, model, more, text) => {
    expect(priceOf(model, more)).toBeUndefined();
    expect(noPriceText(asked(model, more), book, names, now)).toMatch(text);
  });

  it('there is no such tier', () => {
    const question = asked('amazon.nova-pro-v1:0', { tier: 'wonder' });
    const text = 'There is no tier "wonder". There are standard, batch, flex, priority, latency-optimized.';
    expect(() => noPriceText(question, book, names, now)).toThrow(text);
    expect(() => priceList(book, { tier: 'wonder' }, now)).toThrow(text);
  });
});

describe('the list of prices', () => {
  it('is of the region, tier and day that were asked for, and names them', () => {
    const lite = (text: string) => text.split('\n').find((line) => line.startsWith('amazon.nova-lite-v1'));
    expect(lite(listText({}))).toMatch(/v1 +0\.06 +0\.24 /);
    const london = listText({ region: 'eu-west-2', tier: 'batch', at: '2026-10-01', prompt_tokens: 300_000 });
    expect(london.split('\n').slice(0, 3)).toEqual([
      'USD per million tokens, in-region in eu-west-2, batch tier,',
      'on 2026-10-01, for prompts above 272,000 tokens.',
      `Our own table knows prices up to ${PRICES_KNOWN_UNTIL}.`,
    ]);
    expect(lite(london)).toMatch(/v1\* +0\.042 +0\.168 /);
    expect(london).not.toContain('claude-fable-5-2');
    expect(listText({ at: '2035-01-01' })).toContain(', and no change since.');
  });

  it('marks what its source cannot know of so early a day', () => {
    const marked = (at: string) => listText({ at }).includes('amazon.nova-lite-v1*');
    expect([marked('2020-01-01'), marked('2026-11-20')]).toEqual([true, false]);
  });

  it.each([
    {},
    { region: 'ap-southeast-7', tier: 'latency-optimized', at: '2035-01-01' },
    { region: 'ap-northeast-3', tier: 'batch' },
  ])('fits 80 columns: %j', (question) => {
    expect(
      listText(question)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });
});
