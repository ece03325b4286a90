import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isStarted } from '../../src/cli/hosts/host.ts';
import { type Client, ClientFailure, type Context, type Seen } from './client.ts';
import { QUESTION } from './record.ts';
import { runProgram } from './run-program.ts';
import type { Target } from './targets.ts';

/** A library: a small program that a developer would write with it, in programs/. */
export function library(
  name: string,
  packages: readonly string[],
  program: string,
  more: Partial<Client> = {},
): Client {
  return { name, packages, ask: (context) => askLibrary(context, program), ...more };
}

/** SDK 1 learned Streamable HTTP in 1.10. */
const STDIO_ONLY = 'has no Streamable HTTP yet';
const sdk1 = (version: string, more: Partial<Client> = {}) =>
  library(`MCP SDK ${version.replace(/\.\d+$/, '')}`, [`@modelcontextprotocol/sdk@${version}`], 'sdk-1.mjs', more);

export const LIBRARIES: readonly Client[] = [
  sdk1('1.0.4', { cannot: { HTTP: STDIO_ONLY, 'HTTP with a key': STDIO_ONLY, Lambda: STDIO_ONLY } }),
  sdk1('1.10.2'),
  sdk1('1.15.1'),
  sdk1('1.20.2'),
  sdk1('1.25.3'),
  sdk1('1.32.2'),
  library('MCP SDK 2.4', ['@modelcontextprotocol/client@2.4.0'], 'sdk-2.mjs'),
  library('AI SDK', ['@ai-sdk/mcp@2.0.99', 'ai@7.0.173'], 'ai-sdk.mjs'),
  library('LangChain', ['@langchain/mcp-adapters@1.1.4', '@langchain/core@1.4.0'], 'langchain.mjs', { heavy: true }),
  library('Mastra', ['@mastra/mcp@2.0.0', '@mastra/core@1.71.0'], 'mastra.mjs', { heavy: true }),
  library(
    'LlamaIndex',
    ['@llamaindex/tools@0.2.1', '@llamaindex/core@0.6.23', '@llamaindex/env@0.1.31'],
    'llamaindex.mjs',
    { heavy: true, note: 'is deprecated, its packages on npm say' },
  ),
];

async function askLibrary(context: Context, program: string): Promise<Seen> {
  const { installed, target } = context;
  // Node looks for packages beside the file.
  const file = join(installed, basename(program));
  await copyFile(join(import.meta.dirname, 'programs', program), file);
  const told = JSON.stringify({ launch: target.launch, headers: headersOf(target), question: QUESTION });
  const { out, all } = await runProgram(context, [process.execPath, file, told]);
  const line = out
    .trim()
    .split('\n')
    .findLast((text) => text.startsWith('{"tools"'));
  if (line === undefined) throw new ClientFailure(all);
  return JSON.parse(line);
}

/** What a developer reads from the environment and hands over. */
export function headersOf({ launch, env }: Target): Record<string, string> {
  if (isStarted(launch) || launch.keyVariable === undefined) return {};
  return { 'x-api-key': env[launch.keyVariable] as string };
}
