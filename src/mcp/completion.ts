import { type McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Asking } from './asking.ts';
import { LISTED } from './listed.ts';
import { loadPrompt } from './prompts/loaders.ts';
import type { Complete, Completion } from './proposals.ts';
import { PRICE_URI } from './resources.ts';
import { TABLE_URI } from './tables.ts';

/** The protocol takes no more. */
const MOST = 100;

/** What is proposed for variables of resource templates. */
const OF_TEMPLATES: Readonly<Record<string, Readonly<Record<string, Completion>>>> = {
  [PRICE_URI]: { model: 'pricedModel' },
  [TABLE_URI]: { tool: 'tableTool' },
};

/**
 * Completes arguments of prompts and variables of resources. A handler of our own: the SDK's takes what completes from schemas, which
 * would have to be made for each client, and so for each request.
 */
export function registerCompletion(server: McpServer, asking: Asking): void {
  server.server.setRequestHandler('completion/complete', async ({ params: { ref, argument, context } }) => {
    const { createProposals } = await import('./proposals.ts');
    const proposals: Readonly<Record<Completion, Complete>> = createProposals(asking);
    const known = ref.type === 'ref/prompt' ? await ofPrompt(ref.name) : (OF_TEMPLATES[ref.uri] ?? {});
    const name = Object.hasOwn(known, argument.name) ? known[argument.name] : undefined;
    const complete = name && proposals[name];
    // Completion is a help: what goes wrong in it is no error of the client's.
    const values = complete
      ? await (async () => complete(argument.value, context?.arguments ?? {}))().catch(() => [])
      : [];
    const typed = argument.value.toLowerCase();
    const fitting = values.filter((value) => value.toLowerCase().startsWith(typed));
    return {
      completion: { values: fitting.slice(0, MOST), total: fitting.length, hasMore: fitting.length > MOST },
    };
  });
}

async function ofPrompt(name: string): Promise<Readonly<Record<string, Completion>>> {
  if (!LISTED.prompts.some((prompt) => prompt.name === name))
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${name}.`);
  return (await loadPrompt(name)).completes;
}
