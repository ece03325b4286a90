import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import listed from './listed.json' with { type: 'json' };

type JsonSchema = Record<string, unknown>;

interface Listed {
  name: string;
  title: string;
  description: string;
}

/** What is known of a tool before it is called. */
export interface ListedTool extends Listed {
  input: JsonSchema;
  wholeAccount?: boolean | undefined;
  app?: string | undefined;
  /** Its answer is a table. */
  csv?: boolean | undefined;
}

export interface ListedPrompt extends Listed {
  args: JsonSchema;
}

export interface Listing {
  tools: readonly ListedTool[];
  /** Of what tools answer beside text, which is the same for all of them. */
  output: JsonSchema;
  prompts: readonly ListedPrompt[];
}

/**
 * What clients are told of tools and prompts. Made of them (listing.ts, by scripts/make-docs.ts), so that nothing that a call or a
 * prompt needs is loaded before it: zod would make these schemas at every start.
 */
export const LISTED: Listing = listed;

type Validate<Output> = StandardSchemaWithJSON<unknown, Output>['~standard']['validate'];

/** A schema for the SDK, which lists it as it is here and checks by it when there is something to check. */
export function schemaFromJson<Output>(
  json: JsonSchema,
  validate: Validate<Output>,
): StandardSchemaWithJSON<unknown, Output> {
  const jsonSchema = { input: () => json, output: () => json };
  return { '~standard': { version: 1, vendor: 'bedrock-spend', jsonSchema, validate } };
}
