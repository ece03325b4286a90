import { textFromResult } from '../client/index.ts';
import { exactFromResult } from '../domain/exact-data.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';
import { type CallTarget, callTool, listTools } from './remote.ts';
import { cleanJson, cleanText } from './terminal/clean-text.ts';

export async function runCall(
  tool: string,
  options: CallTarget & OutputOptions & { args: Record<string, unknown> },
): Promise<number> {
  if (tool === 'list') {
    for (const { name, description } of await listTools(options)) console.log(cleanText(`${name}\n  ${description}\n`));
    return EXIT.ok;
  }
  const result = await callTool(tool, options.args, options);
  console.log(options.json ? cleanJson(exactFromResult(result) ?? result.content) : cleanText(textFromResult(result)));
  return EXIT.ok;
}
