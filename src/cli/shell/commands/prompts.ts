import type { Prompt } from '@modelcontextprotocol/client';
import { SpendError } from '../../../domain/errors.ts';
import { styled } from '../../terminal/spans.ts';
import { table } from '../../terminal/tables.ts';
import type { ShellCommand } from '../command.ts';
import { completeInput, startingWith } from '../complete.ts';
import { showPart } from '../show-result.ts';
import { type InputSchema, inputFromWords } from '../tool-input.ts';

const NO_PROMPTS = 'The server has no prompts.';

export const promptsCommand: ShellCommand = {
  name: 'prompts',
  help: 'Texts that put the tools to work, and their arguments.',
  async run(_, { link, screen }) {
    const prompts = await link.required().listPrompts();
    if (screen.format === 'json') return screen.printJson(prompts);
    if (prompts.length === 0) return screen.note(NO_PROMPTS);
    const rows = prompts.map(({ name, arguments: parameters = [], title, description = '' }) => [
      name,
      parameters.map((parameter) => (parameter.required ? parameter.name : `[${parameter.name}]`)).join(' '),
      title ?? description,
    ]);
    screen.print(...table(['prompt', 'arguments', 'what for'], rows));
  },
};

export const promptCommand: ShellCommand = {
  name: 'prompt',
  usage: 'NAME [ARGUMENT=VALUE …]',
  help: 'Shows a prompt, filled in.',
  async complete(current, [name, ...others], { link }) {
    const connection = link.required();
    const prompts = await connection.listPrompts();
    if (name === undefined)
      return startingWith(
        current,
        prompts.map((prompt) => prompt.name),
      );
    const prompt = prompts.find((candidate) => candidate.name === name);
    if (prompt === undefined) return [];
    const at = current.indexOf('=');
    if (at < 0) return completeInput(current, others, schemaOf(prompt));
    const argument = current.slice(0, at);
    const values = await connection.complete({ type: 'ref/prompt', name }, argument, current.slice(at + 1));
    return values.map((proposal) => `${argument}=${proposal}`);
  },
  async run([name, ...words], { link, screen }, signal) {
    const connection = link.required();
    const prompts = await connection.listPrompts();
    const prompt = prompts.find((candidate) => candidate.name === name);
    if (prompt === undefined)
      throw new SpendError(
        'INVALID_ARGUMENT',
        prompts.length === 0 ? NO_PROMPTS : `Say which prompt: ${prompts.map((each) => each.name).join(', ')}.`,
      );
    const input = inputFromWords(words, schemaOf(prompt)) as Record<string, string>;
    const { messages } = await connection.getPrompt(prompt.name, input, { signal });
    if (screen.format === 'json') return screen.printJson(messages);
    for (const { role, content } of messages) {
      screen.print(styled('heading', `${role}:`));
      await showPart(content, screen);
    }
  },
};

/** Prompts take texts only, and say so in a shape of their own. */
function schemaOf({ arguments: parameters = [] }: Prompt): InputSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      parameters.map(({ name, description = '' }) => [name, { type: 'string', description }]),
    ),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
}
