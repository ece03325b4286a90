/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Assumptions } from '../assumptions.ts';
import { compare } from './compare.ts';
import { asString, display } from './display.ts';
import { asNumber, fromJson, isTrue, Structure, Timestamp, type Value } from './values.ts';

export interface FunctionDefinition {
  least: number;
  most: number;
  evaluate(args: Value[], assumptions: Assumptions): Value;
}

const ANY = Number.POSITIVE_INFINITY;

function define(least: number, most: number, evaluate: FunctionDefinition['evaluate']): FunctionDefinition {
  return { least, most, evaluate };
}

/** Null in, null out: so the documentation has it for maps and lists. */
function numeric(least: number, most: number, compute: (...numbers: number[]) => number): FunctionDefinition {
  return define(least, most, (args, assumptions) => {
    const numbers = args.map((value) => asOperand(value, assumptions));
    return numbers.includes(undefined) ? undefined : finite(compute(...(numbers as number[])));
  });
}

/** What numeric functions and arithmetic compute with. */
export function asOperand(value: Value, { textIsNumeric }: Assumptions): number | undefined {
  return typeof value === 'string' && !textIsNumeric ? undefined : asNumber(value);
}

function textual(least: number, most: number, compute: (...texts: string[]) => Value): FunctionDefinition {
  return define(least, most, (args) => {
    const texts = args.map(asString);
    return texts.includes(undefined) ? undefined : compute(...(texts as string[]));
  });
}

function finite(value: number): Value {
  return Number.isFinite(value) ? value : undefined;
}

const FUNCTIONS: Record<string, FunctionDefinition> = {
  ...numericFunctions(),
  ...generalFunctions(),
  ...stringFunctions(),
  ...jsonFunctions(),
};

function numericFunctions(): Record<string, FunctionDefinition> {
  return {
    abs: numeric(1, 1, Math.abs),
    ceil: numeric(1, 1, Math.ceil),
    floor: numeric(1, 1, Math.floor),
    greatest: numeric(1, ANY, Math.max),
    least: numeric(1, ANY, Math.min),
    log: numeric(1, 1, Math.log),
    sqrt: numeric(1, 1, Math.sqrt),
    round: numeric(1, 2, (value, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits),
    tonumber: define(1, 1, ([value]) => asNumber(value)),
    todouble: define(1, 1, ([value]) => asNumber(value)),
    tolong: define(1, 1, ([value]) => truncated(value)),
    toint: define(1, 1, ([value]) => truncated(value)),
    frommillis: define(1, 1, ([value]) => {
      const ms = asNumber(value);
      return ms === undefined ? undefined : new Timestamp(ms);
    }),
    tomillis: define(1, 1, ([value]) => asNumber(value)),
  };
}

function truncated(value: Value): Value {
  const number = asNumber(value);
  return number === undefined ? undefined : Math.trunc(number);
}

function generalFunctions(): Record<string, FunctionDefinition> {
  return {
    ispresent: define(1, 1, ([value]) => Number(value !== undefined)),
    isempty: define(1, 1, ([value]) => Number(value === undefined || value === '')),
    isblank: define(1, 1, ([value]) => Number(value === undefined || asString(value)?.trim() === '')),
    isnumeric: define(1, 1, ([value]) => Number(asNumber(value) !== undefined)),
    coalesce: define(1, ANY, (args) => args.find((value) => value !== undefined)),
    if: define(3, 3, ([condition, whenTrue, whenFalse]) => (isTrue(condition) ? whenTrue : whenFalse)),
    case: define(2, 21, chosen),
    messagesize: textual(1, 1, (text) => Buffer.byteLength(text)),
  };
}

/** `case(cond1, val1, cond2, val2, ..., [default])` */
function chosen(args: Value[]): Value {
  for (let index = 0; index + 1 < args.length; index += 2) if (isTrue(args[index])) return args[index + 1];
  return args.length % 2 === 1 ? args.at(-1) : undefined;
}

function stringFunctions(): Record<string, FunctionDefinition> {
  return {
    concat: define(1, ANY, concatenated),
    // Of a record of a megabyte, too: characters beyond 16 bits are two units.
    strlen: textual(1, 1, (text) => text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)),
    toupper: textual(1, 1, (text) => text.toUpperCase()),
    tolower: textual(1, 1, (text) => text.toLowerCase()),
    ltrim: textual(1, 2, (text, characters) => trimLeft(text, characters)),
    rtrim: textual(1, 2, (text, characters) => trimRight(text, characters)),
    trim: textual(1, 2, (text, characters) => trimRight(trimLeft(text, characters), characters)),
    substr: define(2, 3, ([text, start, length]) => substring(asString(text), asNumber(start), asNumber(length))),
    replace: textual(3, 3, (text, search, replacement) => text.replaceAll(search, () => replacement)),
    // A third argument should ignore case; people found in June 2026 that it has no effect (README).
    strcontains: define(2, 3, ([text, search]) => contains(asString(text), asString(search))),
    startswith: textual(2, 2, (text, search) => Number(text.startsWith(search))),
    endswith: textual(2, 2, (text, search) => Number(text.endsWith(search))),
    urlencode: textual(1, 1, encodeURIComponent),
    urldecode: textual(1, 1, decodeUrl),
    base64encode: textual(1, 1, (text) => Buffer.from(text).toString('base64')),
    base64decode: textual(1, 1, (text) => Buffer.from(text, 'base64').toString()),
    md5: textual(1, 1, (text) => createHash('md5').update(text).digest('hex')),
    sha256: textual(1, 1, (text) => createHash('sha256').update(text).digest('hex')),
    split: textual(2, 2, (text, delimiter) => new Structure(text.split(delimiter))),
  };
}

function concatenated(args: Value[], { concatOfMissing }: Assumptions): Value {
  const texts = args.map(asString);
  if (concatOfMissing === 'nothing' && texts.includes(undefined)) return undefined;
  return texts.map((text) => text ?? '').join('');
}

function contains(text: string | undefined, search: string | undefined): Value {
  return Number(text !== undefined && search !== undefined && text.includes(search));
}

function trimLeft(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trimStart();
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start += 1;
  return text.slice(start);
}

function trimRight(text: string, characters: string | undefined): string {
  if (characters === undefined) return text.trimEnd();
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** `substr("xyZfooxyZ",3, 3)` is "foo". */
function substring(text: string | undefined, start: number | undefined, length: number | undefined): Value {
  if (text === undefined || start === undefined) return undefined;
  const points = [...text];
  return points.slice(start, length === undefined ? undefined : start + length).join('');
}

function decodeUrl(text: string): Value {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function jsonFunctions(): Record<string, FunctionDefinition> {
  return {
    jsonparse: define(1, 1, ([value], { jsonParseBytes }) => {
      const text = asString(value) ?? '';
      return Buffer.byteLength(text) <= jsonParseBytes ? structureOf(text) : undefined;
    }),
    jsonstringify: define(1, 1, ([value], assumptions) =>
      value instanceof Structure ? jsonText(value.json, assumptions) : undefined,
    ),
    jsonarraysize: define(1, 1, ([value]) => listOf(value)?.length),
    jsonarraycontains: define(2, 2, ([value, wanted]) =>
      Number(listOf(value)?.some((item) => compare('=', fromJson(item), wanted)) ?? false),
    ),
  };
}

/** "Returns an empty value, if the input is not" an object or an array. */
function structureOf(text: string): Structure | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? new Structure(json) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON without white space; how it prints numbers and orders keys is not documented. */
function jsonText(json: unknown, assumptions: Assumptions): string {
  if (typeof json === 'number') return display(json, assumptions.jsonNumbers);
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map((item) => jsonText(item, assumptions)).join(',')}]`;
  const keys = assumptions.jsonKeys === 'sorted' ? Object.keys(json).sort() : Object.keys(json);
  const items = keys.map(
    (key) => `${JSON.stringify(key)}:${jsonText((json as Record<string, unknown>)[key], assumptions)}`,
  );
  return `{${items.join(',')}}`;
}

function listOf(value: Value): unknown[] | undefined {
  const structure = value instanceof Structure ? value : structureOf(asString(value) ?? '');
  return Array.isArray(structure?.json) ? structure.json : undefined;
}

/** What the page of functions did not have from the beginning, the newest last. */
const ADDED: Record<Assumptions['functions'], ReadonlySet<string>> = {
  all: new Set(),
  'without conditions': new Set(['if', 'case', 'isnumeric']),
  'without JSON': new Set([
    'if',
    'case',
    'isnumeric',
    'jsonparse',
    'jsonstringify',
    'jsonarraysize',
    'jsonarraycontains',
  ]),
};

/** The function of a name, where the service has it. */
export function functionNamed(name: string, { functions }: Assumptions): FunctionDefinition | undefined {
  return Object.hasOwn(FUNCTIONS, name) && !ADDED[functions].has(name) ? FUNCTIONS[name] : undefined;
}

/** Documented, and not evaluated here. */
export const FUNCTIONS_NOT_HERE = new Set(
  `dectohex formatdate haversine hextoascii hextodec ipv4tonumber isipinsubnet isipv4insubnet isipv6insubnet
  isprivateip ispublicip isreservedip isvalidip isvalidipv4 isvalidipv6 parsedate regexreplace sha1 sha512
  strftime`.split(/\s+/),
);
