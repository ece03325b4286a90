/**
 * What the tools take of a model's context: the list as it is sent, and each tool's answer over the sample month. Tokens are
 * those of o200k_base, an estimate: every model has its own tokenizer.
 *
 *   node bench/tokens.ts [PROGRAM ARGUMENT…]     a rival over stdio, such as awslabs.billing-cost-management-mcp-server
 */
import { Client, type Tool } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { countTokens } from 'gpt-tokenizer';
import { connectAs } from '../test/helpers/ask-as.ts';
import { composeSample } from '../test/helpers/sample.ts';
import { LARGEST_QUESTIONS, TYPICAL_QUESTIONS } from '../test/helpers/tool-answers.ts';

const tokensOf = (value: unknown): number =>
  value === undefined ? 0 : countTokens(typeof value === 'string' ? value : JSON.stringify(value));

/** Of a tool as it is listed. */
function parts({ name, title, description, inputSchema, outputSchema }: Tool): number[] {
  return [tokensOf(`${name} ${title ?? ''}`), tokensOf(description), tokensOf(inputSchema), tokensOf(outputSchema)];
}

const row = (...cells: (string | number)[]) =>
  console.log(`| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`);

function printList(tools: readonly Tool[]): void {
  row('tool', 'name, title', 'description', 'input schema', 'output schema');
  row('---', '--:', '--:', '--:', '--:');
  for (const tool of tools) row(`\`${tool.name}\``, ...parts(tool));
  row('all', ...totals(tools));
}

const totals = (tools: readonly Tool[]) =>
  [0, 1, 2, 3].map((part) => tools.reduce((sum, tool) => sum + (parts(tool)[part] as number), 0));

const dependencies = { ...(await composeSample()), log: console.error };
const client = await connectAs(undefined, dependencies);
const { tools } = await client.listTools();
printList(tools);

async function answer([name, input]: readonly [string, Record<string, unknown>]): Promise<number[]> {
  const { content, structuredContent } = await client.callTool({ name, arguments: input });
  return [tokensOf((content as { text: string }[])[0]?.text), tokensOf(structuredContent)];
}

console.log();
row('answer of', 'typical: text', 'data', 'largest: text', 'data');
row('---', '--:', '--:', '--:', '--:');
for (const [index, question] of TYPICAL_QUESTIONS.entries())
  row(
    `\`${question[0]}\``,
    ...(await answer(question)),
    ...(await answer(LARGEST_QUESTIONS[index] as typeof question)),
  );
await client.close();
await dependencies.close();

console.log();
row('server', 'tools', 'descriptions and input schemas', 'output schemas', 'a tool, without output schema');
row('---', '--:', '--:', '--:', '--:');
compare('bedrock-spend', tools);
const [program, ...programArguments] = process.argv.slice(2);
if (program !== undefined) {
  const rival = new Client({ name: 'bench', version: '1' });
  const env = { ...process.env, AWS_REGION: 'us-east-1' } as Record<string, string>;
  await rival.connect(new StdioClientTransport({ command: program, args: programArguments, stderr: 'ignore', env }));
  compare(
    `\`${program.split('/').at(-1)}\` ${rival.getServerVersion()?.version ?? ''}`,
    (await rival.listTools()).tools,
  );
  await rival.close();
}

// The server's sessions would keep the process for as long as they may idle.
process.exit();

function compare(name: string, list: readonly Tool[]): void {
  const [names, descriptions, inputs, outputs] = totals(list) as [number, number, number, number];
  const shown = names + descriptions + inputs;
  row(name, list.length, shown, outputs, Math.round(shown / list.length));
}
