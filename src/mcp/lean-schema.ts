import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import type * as z from 'zod';

type Json = Record<string, unknown>;

/**
 * The same schema, told to clients in fewer words: without the bounds that every JSON number has, and open to fields of later
 * versions, which a client that checks answers would refuse. What is checked here stays as strict.
 */
export function leanOutput<Schema extends z.ZodObject>(schema: Schema): StandardSchemaWithJSON {
  const standard = schema['~standard'] as StandardSchemaWithJSON['~standard'];
  const { input, output } = standard.jsonSchema;
  const jsonSchema = {
    input: (options: Parameters<typeof input>[0]) => leaner(input(options)) as Json,
    output: (options: Parameters<typeof output>[0]) => leaner(output(options)) as Json,
  };
  return { '~standard': { ...standard, jsonSchema } };
}

// --- internal ---

const LEFT_OUT: Readonly<Record<string, readonly unknown[]>> = {
  minimum: [0, Number.MIN_SAFE_INTEGER],
  maximum: [Number.MAX_SAFE_INTEGER],
  additionalProperties: [false],
};

function leaner(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(leaner);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(
    ([name, value]) => !LEFT_OUT[name]?.includes(value) && !isPlainNames(name, value),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, leaner(value)]));
}

/** Of an object with any keys, which JSON has as texts anyway. */
function isPlainNames(name: string, value: unknown): boolean {
  return name === 'propertyNames' && JSON.stringify(value) === '{"type":"string"}';
}
