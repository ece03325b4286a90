import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { SpendError } from '../../domain/errors.ts';

/** The part of JSON Schema that a line of words can be read by; the rest is left to the validator. */
export interface InputSchema {
  type?: string | readonly string[];
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  items?: InputSchema;
  anyOf?: readonly InputSchema[];
  oneOf?: readonly InputSchema[];
  properties?: Readonly<Record<string, InputSchema>>;
  required?: readonly string[];
}

/**
 * A tool's input, from `name=value` words or one JSON object.
 * @throws SpendError INVALID_ARGUMENT in the words of the tool's schema
 */
export function inputFromWords(words: readonly string[], schema: InputSchema): Record<string, unknown> {
  const input = words.length === 1 && words[0]?.startsWith('{') ? json(words[0]) : fromPairs(words, schema);
  checkRequired(input, schema);
  const { valid, errorMessage } = new AjvJsonSchemaValidator().getValidator(schema as never)(input);
  if (!valid)
    throw new SpendError(
      'INVALID_ARGUMENT',
      `${errorMessage?.replaceAll('data/', '').replace(/^data /, '')}.${described(errorMessage, schema)}`,
    );
  return input as Record<string, unknown>;
}

function fromPairs(words: readonly string[], schema: InputSchema): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const name = word.slice(0, at);
    const property = at > 0 && Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
    if (property === undefined) {
      const known = Object.keys(schema.properties ?? {});
      throw new SpendError(
        'INVALID_ARGUMENT',
        `"${word}" is no argument. ${known.length === 0 ? 'It takes none.' : `Give NAME=VALUE, with the name one of ${known.join(', ')}.`}`,
      );
    }
    const value = valueFromText(word.slice(at + 1), property, name);
    const earlier = input[name];
    // A list may be given in several words.
    input[name] = Array.isArray(earlier) && Array.isArray(value) ? [...earlier, ...value] : value;
  }
  return input;
}

/** @throws SpendError INVALID_ARGUMENT for what cannot be of the schema's type */
export function valueFromText(text: string, schema: InputSchema, name: string): unknown {
  const types = typesOf(schema);
  if (types.includes('array') && !text.startsWith('[')) {
    const items = text === '' ? [] : text.split(',');
    return items.map((item) => valueFromText(item.trim(), itemsOf(schema) ?? {}, name));
  }
  if (types.includes('array') || types.includes('object')) return json(text);
  const choice = choicesOf(schema).find((allowed) => String(allowed) === text);
  if (choice !== undefined) return choice;
  if (types.includes('boolean') && /^(true|yes|on|false|no|off)$/i.test(text)) return /^(true|yes|on)$/i.test(text);
  if (
    types.some((type) => type === 'number' || type === 'integer') &&
    /^[+-]?(\d|\.\d)/.test(text) &&
    !Number.isNaN(Number(text))
  )
    return Number(text);
  if (types.includes('null') && text === 'null') return null;
  if (types.length === 0 || types.includes('string')) return text;
  throw new SpendError(
    'INVALID_ARGUMENT',
    `${name} must be ${types.join(' or ')}, not "${text}". ${schema.description ?? ''}`.trim(),
  );
}

/** The values that are allowed, where the schema lists them. */
export function choicesOf(schema: InputSchema): readonly unknown[] {
  const { enum: values, const: value, anyOf, oneOf, type = [], items } = schema;
  if (values) return values;
  if (value !== undefined) return [value];
  if (type.includes('boolean')) return [true, false];
  if (type.includes('array')) return items ? choicesOf(items) : [];
  return (anyOf ?? oneOf ?? []).flatMap(choicesOf);
}

/** Of the list that a value may be, maybe beside other things, such as nothing. */
function itemsOf({ items, anyOf, oneOf }: InputSchema): InputSchema | undefined {
  return items ?? (anyOf ?? oneOf ?? []).map(itemsOf).find((found) => found !== undefined);
}

export function typesOf({ type, anyOf, oneOf }: InputSchema): readonly string[] {
  if (type !== undefined) return typeof type === 'string' ? [type] : type;
  return (anyOf ?? oneOf ?? []).flatMap(typesOf);
}

function checkRequired(input: object, { required = [], properties = {} }: InputSchema): void {
  const missing = required.filter((name) => !Object.hasOwn(input, name));
  if (missing.length === 0) return;
  const lines = missing.map((name) => `${name}: ${properties[name]?.description ?? ''}`);
  throw new SpendError('INVALID_ARGUMENT', `It needs ${missing.join(' and ')}.\n  ${lines.join('\n  ')}`);
}

/** What the schema says of the argument that an error is about. */
function described(message = '', { properties = {} }: InputSchema): string {
  const name = Object.keys(properties).find((candidate) => message.startsWith(`data/${candidate}`));
  const description = name === undefined ? undefined : properties[name]?.description;
  return description === undefined ? '' : ` ${description}`;
}

function json(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new SpendError('INVALID_ARGUMENT', `${(cause as Error).message}. Give JSON such as '{"by":["model"]}'.`, {
      cause,
    });
  }
}
