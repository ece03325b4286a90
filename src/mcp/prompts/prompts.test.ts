import { describe, expect, it } from 'vitest';
import { namesIn, TOOL_NAMES } from '../../../test/helpers/named.ts';
import { DIMENSIONS } from '../../domain/dimension.ts';
import { TOOLS } from '../tools/index.ts';
import { PROMPTS } from './index.ts';

/** Each prompt as it reads without arguments that may be left out, and with all of them. */
const TEXTS = PROMPTS.flatMap((prompt) => {
  const fields = Object.entries(prompt.args.shape);
  const needed = fields.filter(([, field]) => !field.safeParse(undefined).success);
  const filled = (some: typeof fields) => Object.fromEntries(some.map(([name]) => [name, `given ${name}`]));
  return [needed, fields].map((some) => ({
    name: prompt.name,
    given: some.map(([name]) => name),
    text: prompt.text(filled(some)),
  }));
});

/** Calls written out, `tool {…}`. */
function callsIn(text: string): { tool: string; input: unknown }[] {
  return [...text.matchAll(/\b([a-z]+(?:_[a-z]+)+) (\{[^}\n]*\})/g)].map(([, tool, json]) => ({
    tool: tool as string,
    input: JSON.parse(json as string),
  }));
}

describe.each(TEXTS)('$name with $given', ({ given, text }) => {
  it('names only tools, parameters, dimensions and prompts that exist', () => {
    const known = [
      ...TOOL_NAMES,
      ...TOOLS.flatMap(({ input }) => Object.keys(input.shape)),
      ...Object.keys(DIMENSIONS),
      ...PROMPTS.map(({ name }) => name),
      ...given,
    ];
    expect(namesIn(text).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('puts several tools to work, with calls that they accept', () => {
    expect(TOOL_NAMES.filter((name) => text.includes(name)).length).toBeGreaterThanOrEqual(3);
    for (const { tool, input } of callsIn(text)) {
      const { error } = TOOLS.find(({ name }) => name === tool)?.input.safeParse(input) ?? {};
      expect([tool, error?.message]).toEqual([tool, undefined]);
      expect(TOOL_NAMES).toContain(tool);
    }
  });

  it('says what it was given', () => {
    for (const name of given) expect(text).toContain(`given ${name}`);
  });
});

it('finds the calls that are written out', () => {
  const calls = TEXTS.flatMap(({ text }) => callsIn(text));
  expect(calls).toContainEqual({ tool: 'spend_over_time', input: { interval: 'hour', by: 'principal' } });
  expect(calls.length).toBeGreaterThan(20);
});
