import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { shownSchema } from '../reports/shown-schema.ts';
import type { Tool } from './define-tool.ts';
import { leanOutput } from './lean-schema.ts';
import type { ListedTool, Listing } from './listed.ts';
import { PROMPTS } from './prompts/index.ts';
import { TOOLS } from './tools/index.ts';

/** What listed.json must hold: what clients are told of the tools and prompts there are. */
export function currentListing(): Listing {
  return {
    tools: TOOLS.map(listedTool),
    output: leanOutput(shownSchema)['~standard'].jsonSchema.output(OPTIONS),
    prompts: PROMPTS.map(({ name, title, description, args }) => ({ name, title, description, args: jsonOf(args) })),
  };
}

// --- internal ---

/** What the SDK lists schemas in. */
const OPTIONS = { target: 'draft-2020-12' } as const;

function jsonOf(schema: z.ZodObject): Record<string, unknown> {
  return (schema as unknown as StandardSchemaWithJSON)['~standard'].jsonSchema.input(OPTIONS);
}

function listedTool({ name, title, description, input, wholeAccount, app, csv }: Tool): ListedTool {
  return {
    ...{ name, title, description, input: jsonOf(input) },
    ...(wholeAccount ? { wholeAccount } : {}),
    ...(app === undefined ? {} : { app }),
    ...(csv ? { csv: true } : {}),
  };
}
