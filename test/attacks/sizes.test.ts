import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { table } from '../../src/cli/terminal/tables.ts';
import { inputFrom } from '../../src/mcp/tool-input.ts';
import { breakdownSpend } from '../../src/mcp/tools/breakdown-spend.ts';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { textFromShown } from '../../src/reports/shown.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';
import { composeSample } from '../helpers/sample.ts';

let sample: Awaited<ReturnType<typeof composeSample>>;
beforeAll(async () => {
  sample = await composeSample();
});
afterAll(() => sample.close());

/** Arguments that a tool takes, which others are added to. */
const NEEDED: Readonly<Record<string, object>> = {
  breakdown_spend: { by: ['model'] },
  check_setup: { regions: ['us-east-1'] },
  get_price: { model: 'amazon.nova-lite-v1' },
};

interface Listed {
  type?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  maxItems?: number;
}

describe('every input of every tool', () => {
  const inputs = TOOLS.flatMap((tool) =>
    Object.entries(tool.input.shape).map(([field, schema]) => ({
      tool,
      field,
      schema: schema as { toJSONSchema(o: object): Listed },
    })),
  );
  const listed = ({ schema }: (typeof inputs)[number]) => schema.toJSONSchema({ io: 'input' });

  it('has a range where it is a number, and a most where it is a list', () => {
    const open = inputs.filter((input) => {
      const {
        type = '',
        exclusiveMinimum,
        minimum = exclusiveMinimum ?? -Infinity,
        maximum = Infinity,
        maxItems,
      } = listed(input);
      const isNumber = ['number', 'integer'].includes(type);
      return (isNumber && maximum - minimum > 1e9) || (type === 'array' && maxItems === undefined);
    });
    expect(open.map(({ tool, field }) => `${tool.name}.${field}`)).toEqual([]);
  });

  const texts = inputs.filter((input) => ['string', 'array'].includes(listed(input).type ?? ''));
  it.each(texts.map(({ tool, field }) => [tool.name, field, tool] as const))(
    '%s refuses a text without end for %s, in few words',
    (name, field, tool) => {
      for (const long of ['9'.repeat(400_000), ['9'.repeat(400_000)], `["${'9'.repeat(400_000)}"]`]) {
        const ask = () => inputFrom(tool.input, { ...NEEDED[name], [field]: long });
        expect(ask).toThrow(/^.{0,300}$/);
      }
    },
  );

  it('are refused together beyond some tens of kilobytes, however they come', () => {
    const where = Array.from({ length: 50 }, (_, index) => `metadata.k${index}=${'x'.repeat(2_000)}`);
    const ask = (given: unknown) => () => inputFrom(breakdownSpend.input, given);
    expect(ask({ by: ['model'], where })).toThrow(/too long/);
    expect(ask(JSON.stringify({ by: ['model'], where }))).toThrow(/too long/);
    expect(ask({ by: ['model'], ['x'.repeat(3_000)]: 1 })).toThrow(/too long/);
  });
});

describe('a period', () => {
  it.each([
    { from: '0001-01-01', to: '9999-12-31' },
    { from: '-271821-04-20', to: '+275760-09-13' },
  ])('of ages is refused before anything counts it: %j', async (period) => {
    await expect(breakdown({ by: ['hour'], ...period }, sample)).rejects.toMatchObject({ code: 'INVALID_PERIOD' });
  });
});

it('more rows than a call takes parameters are a table', () => {
  const rows = Array.from({ length: 150_000 }, (_, index) => [`s${index}`, '$1.00']);
  const text = textFromShown({ blocks: [{ columns: ['session', 'cost'], names: 1, rows }], notes: [] });
  expect(text.split('\n').length).toBe(rows.length + 2);
  expect(table(['session', 'cost'], rows)).toHaveLength(2 * rows.length + 1);
});
