import { describe, expect, it } from 'vitest';
import { inputFrom } from './tool-input.ts';
import { TOOLS } from './tools/index.ts';

const inputOf = (name: string) => {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool.input;
};

describe('arguments in other forms than listed', () => {
  it.each<[string, string, unknown, object]>([
    ['a text for a list of one', 'breakdown_spend', { by: 'principal' }, { by: ['principal'] }],
    ['a list as text of JSON', 'breakdown_spend', { by: '["principal", "model"]' }, { by: ['principal', 'model'] }],
    ['a text that only begins like a list', 'breakdown_spend', { by: 'model', where: '[a=b' }, { where: ['[a=b'] }],
    ['a number as text', 'breakdown_spend', { by: ['model'], limit: '5' }, { limit: 5 }],
    [
      'booleans as text',
      'breakdown_spend',
      { by: ['model'], quote: 'false', chart: 'TRUE' },
      { quote: false, chart: true },
    ],
    [
      'null for what may be left out',
      'breakdown_spend',
      { by: ['model'], from: null, limit: null, quote: null },
      { limit: 50 },
    ],
    [
      'an empty text likewise',
      'breakdown_spend',
      { by: ['model'], from: '', where: '', timezone: '' },
      { by: ['model'] },
    ],
    ['a number for a decimal', 'check_budget', { usd: 1000 }, { usd: '1000' }],
    ['a small number for a decimal', 'check_budget', { usd: 0.0000001 }, { usd: '0.0000001' }],
    ['a choice in capitals', 'check_budget', { usd: '5', period: 'Month' }, { period: 'month' }],
    ['a choice with a space', 'spend_over_time', { interval: ' Day' }, { interval: 'day' }],
    ['no arguments', 'list_dimensions', undefined, {}],
    ['null as arguments', 'list_dimensions', null, {}],
    ['arguments as text of JSON', 'breakdown_spend', '{"by":["model"]}', { by: ['model'] }],
    ['names between commas', 'breakdown_spend', { by: 'principal, model' }, { by: ['principal', 'model'] }],
    [
      'a filter with a comma',
      'breakdown_spend',
      { by: 'model', where: 'metadata.a=x,y' },
      { where: ['metadata.a=x,y'] },
    ],
    ['a list of one for a text', 'spend_over_time', { by: ['model'] }, { by: 'model' }],
    ['dollars as people write them', 'check_budget', { usd: '$1,000.50' }, { usd: '1000.50' }],
    ['one region', 'check_setup', { regions: 'us-east-1' }, { regions: ['us-east-1'] }],
  ])('%s', (_, tool, given, read) => {
    expect(inputFrom(inputOf(tool), given)).toMatchObject(read);
  });

  it('are nothing where null or an empty text stands for something that must be there', () => {
    expect(() => inputFrom(inputOf('get_price'), { model: '' })).toThrow('"model"');
    expect(() => inputFrom(inputOf('breakdown_spend'), { by: null })).toThrow('"by"');
  });
});

describe('what is refused', () => {
  it.each<[string, string, unknown, RegExp]>([
    [
      'too large a number',
      'breakdown_spend',
      { by: ['model'], limit: 5000 },
      /^"limit" cannot be 5000\. Write a whole number from 1 up to 1000\.$/,
    ],
    [
      'a number in words',
      'breakdown_spend',
      { by: ['model'], limit: 'ten' },
      /"limit" cannot be "ten"\. Write a whole number from 1/,
    ],
    [
      'an unknown choice',
      'check_budget',
      { usd: '5', period: 'year' },
      /"period" cannot be "year"\. Write one of "day", "week", "month"\./,
    ],
    [
      'an unknown argument',
      'breakdown_spend',
      { by: ['model'], filter: 'x' },
      /There is no argument "filter"\. There are: by, from, to, timezone, where, limit, chart, quote\./,
    ],
    [
      'a missing argument',
      'breakdown_spend',
      {},
      /^"by" is missing\. Write a list of at most \d+ texts, such as \["principal","model"\]\.$/,
    ],
    [
      'no filter',
      'breakdown_spend',
      { by: ['model'], where: ['model'] },
      /"where" \(1\) cannot be .* Write each filter as dimension=value/,
    ],
    ['no decimal', 'check_budget', { usd: 'much' }, /"usd" cannot be "much"\. Write a plain decimal such as 500\./],
    ['half a character', 'breakdown_spend', { by: ['model'], where: ['session=\ud83d'] }, /half a character/],
    ['half a character for a name', 'breakdown_spend', { by: ['model'], '\udfff': 1 }, /half a character/],
    ['a list for arguments', 'list_dimensions', [1], /Arguments are an object/],
    [
      'two things',
      'breakdown_spend',
      { by: ['model'], limit: 0, quote: 3 },
      /"limit" cannot be 0.*"quote" cannot be 3\. Write true or false\./,
    ],
  ])('says what to write: %s', (_, tool, given, text) => {
    expect(() => inputFrom(inputOf(tool), given)).toThrow(text);
  });

  it('shows little of what was sent', () => {
    const given = { by: ['model'], limit: 'x'.repeat(10_000) };
    expect(() => inputFrom(inputOf('breakdown_spend'), given)).toThrow(/^.{0,200}$/);
  });
});
