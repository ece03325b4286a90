import { describe, expect, it } from 'vitest';
import { type InputSchema, inputFromWords } from './tool-input.ts';

const schema: InputSchema = {
  type: 'object',
  properties: {
    by: { type: 'array', items: { type: 'string' }, description: 'Dimensions to group by.' },
    limit: { type: 'integer', description: 'Most rows, 1 to 1000.', ...{ minimum: 1, maximum: 1000 } },
    ratio: { type: 'number' },
    quote: { type: 'boolean' },
    tier: { enum: ['standard', 'flex'] },
    account: { type: 'string', ...{ pattern: '^\\d{12}$' } },
    filter: { type: 'object' },
    either: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    sizes: { type: 'array', items: { type: 'integer' } },
    hours: { anyOf: [{ type: 'array', items: { type: 'integer' } }, { type: 'null' }] },
  },
  required: ['by'],
  ...{ additionalProperties: false },
};

describe('the input of a tool', () => {
  it.each<[string[], unknown]>([
    [['by=model,day'], { by: ['model', 'day'] }],
    [['by=model', 'by=day'], { by: ['model', 'day'] }],
    [['by=["a,b"]', 'limit=5', 'quote=yes', 'ratio=0.5'], { by: ['a,b'], limit: 5, quote: true, ratio: 0.5 }],
    [['by=', 'account=012345678901'], { by: [], account: '012345678901' }],
    [['by=x', 'tier=flex', 'filter={"a":1}'], { by: ['x'], tier: 'flex', filter: { a: 1 } }],
    [['by=x', 'either=7', 'sizes=1,2'], { by: ['x'], either: 7, sizes: [1, 2] }],
    [['by=x', 'hours=1,2'], { by: ['x'], hours: [1, 2] }],
    [['by=x', 'either=seven'], { by: ['x'], either: 'seven' }],
    [['{"by":["model"],"limit":3}'], { by: ['model'], limit: 3 }],
  ])('%j', (words, input) => {
    expect(inputFromWords(words, schema)).toEqual(input);
  });

  it.each<[string[], RegExp]>([
    [[], /It needs by\.\n {2}by: Dimensions to group by\./],
    [['by=x', 'limit=many'], /limit must be integer, not "many"\. Most rows/],
    [['by=x', 'limit=0'], /limit must be >= 1.*Most rows/],
    [['by=x', 'limit=1.5'], /limit must be integer/],
    [['by=x', 'quote=maybe'], /quote must be boolean/],
    [['by=x', 'tier=gold'], /tier must be equal to one of the allowed values/],
    [['by=x', 'account=12'], /account must match pattern/],
    [['by=x', 'colour=red'], /"colour=red" is no argument\..*one of by, limit/],
    [['by=x', 'toString=1'], /is no argument/],
    [['model'], /"model" is no argument/],
    [['{"by":'], /Give JSON/],
    [['{"by":["x"],"nope":1}'], /must NOT have additional properties/],
  ])('%j is refused: %s', (words, message) => {
    expect(() => inputFromWords(words, schema)).toThrow(message);
  });
});
