import type { Tool } from '@modelcontextprotocol/client';
import { SpendError } from '../../../domain/errors.ts';
import { ASKS_EXACTLY } from '../../../domain/exact-data.ts';
import { type Span, styled } from '../../terminal/spans.ts';
import { table } from '../../terminal/tables.ts';
import type { Shell, ShellCommand } from '../command.ts';
import { completeInput, startingWith } from '../complete.ts';
import { withOurValues } from '../our-values.ts';
import { showResult } from '../show-result.ts';
import { choicesOf, type InputSchema, inputFromWords } from '../tool-input.ts';

const toolNames = async (current: string, { link }: Shell) =>
  startingWith(
    current,
    (await link.tools()).map(({ name }) => name),
  );

const NO_TOOLS = 'The server has no tools.';

const schemaOf = (tool: Tool) => tool.inputSchema as InputSchema;

/** @throws SpendError INVALID_ARGUMENT with the names there are */
async function findTool(name: string | undefined, { link }: Shell): Promise<Tool> {
  const tools = await link.tools();
  const found = tools.find((tool) => tool.name === name);
  if (found) return found;
  if (tools.length === 0) throw new SpendError('INVALID_ARGUMENT', NO_TOOLS);
  const names = tools.map((tool) => tool.name).join(', ');
  throw new SpendError(
    'INVALID_ARGUMENT',
    `${name === undefined ? 'Say which tool' : `There is no tool "${name}"`}: ${names}.`,
  );
}

export const listToolsCommand: ShellCommand = {
  name: 'list-tools',
  help: 'What the server can do.',
  async run(_, { link, screen }) {
    const tools = await link.required().listTools();
    if (screen.format === 'json') return screen.printJson(tools);
    if (tools.length === 0) return screen.note(NO_TOOLS);
    screen.print(
      ...table(
        ['tool', 'what for'],
        tools.map(({ name, title, description = '' }) => [name, title ?? description]),
      ),
    );
  },
};

export const describeToolCommand: ShellCommand = {
  name: 'describe-tool',
  usage: 'NAME',
  help: 'A tool and its arguments.',
  complete: (current, before, shell) => (before.length === 0 ? toolNames(current, shell) : []),
  async run([name], shell) {
    const tool = await findTool(name, shell);
    if (shell.screen.format === 'json') return shell.screen.printJson(tool);
    shell.screen.print(
      styled('strong', tool.name),
      `\n${tool.description ?? ''}\n\n`,
      ...argumentTable(schemaOf(tool)),
    );
  },
};

function argumentTable({ properties = {}, required = [] }: InputSchema): Span[] {
  const rows = Object.entries(properties).map(([name, property]) => {
    const type = choicesOf(property).join('|') || [property.type ?? 'any'].flat().join('|');
    const fallback = property.default === undefined ? '' : JSON.stringify(property.default);
    return [name, type, required.includes(name) ? 'required' : fallback, property.description ?? ''];
  });
  return rows.length === 0 ? ['It takes no arguments.'] : table(['argument', 'type', 'default', 'meaning'], rows);
}

export const callToolCommand: ShellCommand = {
  name: 'call-tool',
  usage: 'NAME [ARGUMENT=VALUE …] or NAME {JSON}',
  help: 'Calls a tool; lists are separated by commas. Ctrl-C cancels the call.',
  async complete(current, before, shell) {
    const [name] = before;
    if (name === undefined) return toolNames(current, shell);
    const tool = (await shell.link.tools()).find((candidate) => candidate.name === name);
    return tool ? completeInput(current, before.slice(1), withOurValues(schemaOf(tool), shell.link)) : [];
  },
  async run([name, ...words], shell, signal) {
    const tool = await findTool(name, shell);
    await callAndShow(tool.name, inputFromWords(words, schemaOf(tool)), shell, signal);
  },
};

const REPORT_TOOL = 'get_bedrock_usage_report';

export const bedrockReportCommand: ShellCommand = {
  name: 'bedrock-report',
  usage: '[days=7] [region=R] [aws_account_id=A] …',
  help: 'Cost and usage of the last days, by day, region, model and user.',
  async complete(current, before, shell) {
    const tool = (await shell.link.tools()).find(({ name }) => name === REPORT_TOOL);
    return tool ? completeInput(current, before, withOurValues(schemaOf(tool), shell.link)) : [];
  },
  async run(words, shell, signal) {
    const tool = await findTool(REPORT_TOOL, shell);
    await callAndShow(tool.name, inputFromWords(words, schemaOf(tool)), shell, signal);
  },
};

async function callAndShow(name: string, input: Record<string, unknown>, { link, screen }: Shell, signal: AbortSignal) {
  const result = await link
    .required()
    .callTool(name, input, { signal, onProgress: screen.progress, meta: ASKS_EXACTLY })
    .finally(screen.clearProgress);
  await showResult(result, screen);
}
