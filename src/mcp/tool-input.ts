import * as z from 'zod';
import { SpendError } from '../domain/errors.ts';
import { shortened } from '../domain/printable.ts';

/** The part of JSON Schema that inputs of tools are written in. */
interface Expected {
  type?: 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string';
  enum?: readonly string[];
  items?: Expected;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  exclusiveMinimum?: number;
  pattern?: string;
  description?: string;
  properties?: Readonly<Record<string, Expected>>;
  required?: readonly string[];
}

/**
 * What a client sent as a tool's arguments. Accepted in other forms where these have one meaning: lists as text of JSON or as their
 * only element, numbers and booleans as text, decimals as numbers, choices in capitals, and `null` or an empty text for what may be
 * left out.
 * @throws SpendError INVALID_ARGUMENT that says what to write
 */
export function inputFrom(schema: z.ZodObject, given: unknown): Record<string, unknown> {
  checkSizes(given);
  const expected = z.toJSONSchema(schema, { io: 'input' }) as Expected;
  const read = readArguments(given, expected);
  const { success, data, error } = schema.safeParse(read);
  if (success) return data;
  throw new SpendError('INVALID_ARGUMENT', issuesText(error.issues, read, expected));
}

// --- internal ---

/** The longest ARN, by IAM (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html), and all that a question can say. */
const MOST_OF_A_TEXT = 2_048;
const MOST_OF_ALL = 65_536;

/** All of them are one and the same to whoever is asked, in UTF-8. */
const HALF_CHARACTER =
  'A text of the arguments has half a character in it (a lone surrogate, as where an emoji is cut in two): write it whole.';

/** Before anything is made of it: what is long enough keeps the one thread busy, whatever it is. */
function checkSizes(given: unknown): void {
  let left = MOST_OF_ALL;
  const look = (value: unknown, most: number) => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        look(name, MOST_OF_A_TEXT);
        look(inner, MOST_OF_A_TEXT);
      }
      return;
    }
    if (typeof value === 'string' && !value.isWellFormed()) throw new SpendError('INVALID_ARGUMENT', HALF_CHARACTER);
    const { length } = String(value);
    left -= length + 1;
    if (length > most || left < 0)
      throw new SpendError(
        'INVALID_ARGUMENT',
        `The arguments are too long. A text may have ${MOST_OF_A_TEXT} characters, and all of them ${MOST_OF_ALL}.`,
      );
  };
  // Arguments that come as one text of JSON.
  look(given, MOST_OF_ALL);
}

function readArguments(given: unknown, { properties = {}, required = [] }: Expected): Record<string, unknown> {
  const fields = typeof given === 'string' ? parsedObject(given) : given;
  if (fields === undefined || fields === null) return {};
  if (typeof fields !== 'object' || Array.isArray(fields))
    throw new SpendError('INVALID_ARGUMENT', 'Arguments are an object of names and values, such as {"by":["model"]}.');
  const kept = Object.entries(fields).filter(
    ([name, value]) => required.includes(name) || (value !== null && value !== ''),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Object.hasOwn(properties, name) ? readAs(value, properties[name]) : value]),
  );
}

function parsedObject(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

/** The same in the form that is expected, or unchanged where it has no one meaning. */
function readAs(value: unknown, expected: Expected = {}): unknown {
  switch (expected.type) {
    case 'array':
      return readList(value, expected.items);
    case 'boolean':
      return typeof value === 'string' && /^(true|false)$/i.test(value.trim()) ? /true/i.test(value) : value;
    case 'integer':
    case 'number':
      return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
    case 'string':
      return readText(Array.isArray(value) && value.length === 1 ? value[0] : value, expected);
    default:
      return value;
  }
}

function readList(value: unknown, items: Expected | undefined): unknown {
  const list = typeof value === 'string' && /^\s*\[/.test(value) ? parsedList(value) : value;
  const elements = Array.isArray(list) ? list : typeof list === 'object' ? undefined : elementsOf(list);
  return elements?.map((element) => readAs(element, items)) ?? value;
}

/** Names between commas; a filter may have commas in its value. */
function elementsOf(value: unknown): unknown[] {
  if (typeof value !== 'string' || value.includes('=')) return [value];
  return value.split(',').map((part) => part.trim());
}

/** A text that begins like a list and is none is an element: `[prod] team=a`. */
function parsedList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readText(value: unknown, { enum: choices, pattern = '' }: Expected): unknown {
  const text = typeof value === 'number' && Number.isFinite(value) ? plainText(value) : value;
  if (typeof text !== 'string') return text;
  // Dollars, as people write them.
  if (pattern.startsWith('^\\d'))
    return text
      .trim()
      .replace(/^\$/, '')
      .replace(/,(?=\d{3}(\D|$))/g, '');
  if (choices === undefined) return text;
  return choices.find((choice) => choice.toLowerCase() === text.trim().toLowerCase()) ?? text;
}

/** Decimals are text, so that none goes through a float; those that JSON brought as one are taken in the shortest form that reads the same. */
function plainText(value: number): string {
  return `${value}`.includes('e')
    ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
    : `${value}`;
}

/** Of each argument what is wrong with it first: who mends that is told the next. */
function issuesText(issues: readonly z.core.$ZodIssue[], read: Record<string, unknown>, expected: Expected): string {
  const firsts = [...new Map(issues.toReversed().map((issue) => [issue.path[0], issue])).values()].toReversed();
  const more = firsts.length > MOST_ISSUES ? [`${firsts.length - MOST_ISSUES} more arguments cannot be used.`] : [];
  return [...firsts.slice(0, MOST_ISSUES).map((issue) => issueText(issue, read, expected)), ...more].join(' ');
}

const MOST_ISSUES = 4;

function issueText(issue: z.core.$ZodIssue, read: Record<string, unknown>, { properties = {} }: Expected): string {
  const names = Object.keys(properties);
  if (issue.code === 'unrecognized_keys')
    return `There is no argument ${issue.keys.map(shownArgument).join(', ')}. There are: ${names.join(', ') || 'none'}.`;
  const [name = '', ...inner] = issue.path.map(String);
  const expected = properties[name] ?? {};
  const wanted = `Write ${expectedText(expected)}.`;
  if (!Object.hasOwn(read, name)) return `"${name}" is missing. ${wanted}`;
  const place =
    inner.length > 0 ? `"${name}" (${inner.map((part) => Number(part) + 1 || part).join('.')})` : `"${name}"`;
  // What a schema says itself tells more than its type does.
  const own = isOwnWord(issue) ? ` ${sentence(issue.message)}` : ` ${wanted}`;
  return `${place} cannot be ${shownArgument(valueAt(read, issue.path))}.${own}`;
}

function valueAt(read: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], read);
}

/** Zod's own sentences speak of types. */
function isOwnWord({ message }: z.core.$ZodIssue): boolean {
  return !/^(Invalid|Too (big|small)|Unrecognized)/.test(message);
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

const MOST_SHOWN = 60;

function shownArgument(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return shortened(text, MOST_SHOWN);
}

function expectedText(expected: Expected): string {
  if (expected.enum) return `one of ${expected.enum.map((choice) => `"${choice}"`).join(', ')}`;
  const { minimum, exclusiveMinimum, maximum, maxLength, maxItems, items, description = '' } = expected;
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : '';
  const low = exclusiveMinimum === undefined ? from : ` above ${exclusiveMinimum}`;
  const example = /\["[^\]]*\]/.exec(description)?.[0] ?? '["a","b"]';
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` up to ${maximum}` : '';
  switch (expected.type) {
    case 'array':
      return `a list of${maxItems === undefined ? '' : ` at most ${maxItems}`} ${items?.enum ? `these: ${items.enum.join(', ')}` : 'texts'}, such as ${example}`;
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${low}${high}`;
    case 'number':
      return `a number${low}${high}`;
    default:
      return `a text${maxLength === undefined ? '' : ` of at most ${maxLength} characters`}`;
  }
}
