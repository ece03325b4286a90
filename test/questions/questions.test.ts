import { readFileSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOOLS } from '../../src/mcp/tools/index.ts';
import { connectAs } from '../helpers/ask-as.ts';
import { TOOL_NAMES } from '../helpers/named.ts';
import { composeSample } from '../helpers/sample.ts';
import { ASK_AWS } from '../helpers/tool-answers.ts';

interface Question {
  question: string;
  tool: string;
  input: Record<string, unknown>;
  /** In the text of the answer over the sample month; none where AWS answers. */
  fact?: string;
}

const QUESTIONS = JSON.parse(readFileSync('test/questions/questions.json', 'utf8')) as Question[];
const answered = QUESTIONS.filter(({ tool }) => !ASK_AWS.includes(tool));

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

describe('the questions', () => {
  it('are thirty or more, each asked once', () => {
    expect(QUESTIONS.length).toBeGreaterThanOrEqual(30);
    expect(new Set(QUESTIONS.map(({ question }) => question)).size).toBe(QUESTIONS.length);
  });

  it('name every tool, and none that does not exist', () => {
    const named = new Set(QUESTIONS.map(({ tool }) => tool));
    expect(TOOL_NAMES.filter((name) => !named.has(name))).toEqual([]);
    expect([...named].filter((name) => !TOOL_NAMES.includes(name))).toEqual([]);
  });

  it.each(QUESTIONS)('$question: $tool takes the arguments', ({ tool, input }) => {
    const { error } = TOOLS.find(({ name }) => name === tool)?.input.safeParse(input) ?? {};
    expect(error?.message).toBeUndefined();
  });

  it.each(answered)('$question: $tool answers with the fact', async ({ tool, input, fact }) => {
    const { content, isError = false } = await client.callTool({ name: tool, arguments: input });
    const text = (content as { text: string }[])[0]?.text;
    expect([isError, text]).toEqual([false, expect.stringContaining(fact ?? 'a fact is missing')]);
  });
});
