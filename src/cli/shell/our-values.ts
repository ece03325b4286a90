import { DIMENSION_FAMILIES, DIMENSIONS, isTimeDimension, type PlainDimension } from '../../domain/dimension.ts';
import type { Link } from './link.ts';
import { type InputSchema, typesOf } from './tool-input.ts';

/** As src/mcp/server.ts says it. */
const SERVER_NAME = 'bedrock-spend';

const PLAIN = Object.keys(DIMENSIONS) as PlainDimension[];
const FAMILIES = Object.keys(DIMENSION_FAMILIES).map((family) => family.replace('KEY', ''));

/** Of this program's own tools: what their schemas leave open, because any key may follow `metadata.`. */
const OUR_VALUES: Readonly<Record<string, readonly string[]>> = {
  by: [...PLAIN, ...FAMILIES],
  where: [...PLAIN.filter((name) => !isTimeDimension(name)).map((name) => `${name}=`), ...FAMILIES],
  tags: FAMILIES,
};

/** A tool's schema for completion, with the values that only this program knows. */
export function withOurValues(schema: InputSchema, { connection }: Pick<Link, 'connection'>): InputSchema {
  if (connection?.server?.name !== SERVER_NAME) return schema;
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const values = Object.hasOwn(OUR_VALUES, name) ? OUR_VALUES[name] : undefined;
    if (values === undefined) return [name, property];
    return [
      name,
      typesOf(property).includes('array') ? { ...property, items: { enum: values } } : { ...property, enum: values },
    ];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
