import type { Client } from '@modelcontextprotocol/client';
import { countTokens } from 'gpt-tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOOLS } from '../src/mcp/tools/index.ts';
import { connectAs } from './helpers/ask-as.ts';
import { composeSample } from './helpers/sample.ts';
import { ASK_AWS, LARGEST_QUESTIONS, TYPICAL_QUESTIONS } from './helpers/tool-answers.ts';

/** Tokens, as bench/tokens.ts counts them: of the largest tool, and of all on average. */
const BUDGET = { tool: 750, average: 390, outputSchema: 1_400, averageOutputSchema: 750 };
/** Of an answer as data, which some hosts show to the model in place of the text; of the text, whose columns are padded; and with as many rows as can be asked for. */
const ANSWER = { usual: 3_000, usualText: 3_400, with1000Rows: 10_000 };

let dependencies: Awaited<ReturnType<typeof composeSample>>;
let client: Client;
beforeAll(async () => {
  dependencies = await composeSample();
  client = await connectAs(undefined, { ...dependencies, log: () => {} });
});
afterAll(async () => {
  await client.close();
  await dependencies.close();
});

const tokens = (value: unknown) => countTokens(JSON.stringify(value ?? ''));

describe('the list of tools', () => {
  it('takes little of a context, tool by tool and together', async () => {
    const { tools } = await client.listTools();
    const shown = tools.map(({ name, title, description, inputSchema }) =>
      tokens({ name, title, description, inputSchema }),
    );
    const schemas = tools.map(({ outputSchema }) => tokens(outputSchema));
    const average = (all: number[]) => all.reduce((total, one) => total + one, 0) / all.length;
    expect(Math.max(...shown)).toBeLessThanOrEqual(BUDGET.tool);
    expect(average(shown)).toBeLessThanOrEqual(BUDGET.average);
    expect(Math.max(...schemas)).toBeLessThanOrEqual(BUDGET.outputSchema);
    expect(average(schemas)).toBeLessThanOrEqual(BUDGET.averageOutputSchema);
  });

  it('says no bounds that every number has, and takes fields of later versions', async () => {
    const text = JSON.stringify((await client.listTools()).tools.map(({ outputSchema }) => outputSchema));
    expect(text.match(/9007199254740991|"additionalProperties":false|"propertyNames"/g)).toBeNull();
    expect(text).toContain('"required"');
  });
});

describe('an answer to a question of default size', () => {
  it('is measured for every tool that answers from logs', () => {
    const asked = TOOLS.map(({ name }) => name).filter((name) => !ASK_AWS.includes(name));
    const measured = TYPICAL_QUESTIONS.map(([name]) => name);
    expect(asked.filter((name) => !measured.includes(name))).toEqual([]);
    expect(LARGEST_QUESTIONS.map(([name]) => name)).toEqual(measured);
  });

  it.each([
    ...TYPICAL_QUESTIONS.map(([name, input]) => ['typical', name, input] as const),
    ...LARGEST_QUESTIONS.map(([name, input]) => ['largest', name, input] as const),
  ])('%s, of %s, keeps its budget', async (_, name, input) => {
    const { content, structuredContent, isError } = await client.callTool({ name, arguments: input });
    const text = (content as { text: string }[])[0]?.text as string;
    expect([isError ?? false, text]).toEqual([false, expect.stringMatching(/./)]);
    expect(countTokens(text)).toBeLessThanOrEqual(ANSWER.usualText);
    expect(tokens(structuredContent)).toBeLessThanOrEqual(ANSWER.usual);
  });

  const LIMITED = TOOLS.filter(({ input }) => 'limit' in input.shape).map(({ name }) => name);

  it.each(LARGEST_QUESTIONS.filter(([name]) => LIMITED.includes(name)))(
    '%s, with a limit of 1000, says what does not fit',
    async (name, input) => {
      const { content, structuredContent } = await client.callTool({ name, arguments: { ...input, limit: 1000 } });
      const text = (content as { text: string }[])[0]?.text as string;
      expect(countTokens(text)).toBeLessThanOrEqual(ANSWER.with1000Rows);
      expect(tokens(structuredContent)).toBeLessThanOrEqual(ANSWER.with1000Rows);
    },
  );
});
