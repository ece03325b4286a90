/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
import { Buffer } from 'node:buffer';
import type { Assumptions } from '../assumptions.ts';
import type { Row } from './row.ts';
import { asNumber, asString, display, isTrue, Structure, type Value } from './values.ts';

export type Evaluate = (row: Row) => Value;

/** Functions are given their arguments unevaluated: most need not look at all of them. */
export interface FunctionDefinition {
  least: number;
  most: number;
  compile(args: Evaluate[], assumptions: Assumptions): Evaluate;
}

const ANY = Number.POSITIVE_INFINITY;

function define(least: number, most: number, compile: FunctionDefinition['compile']): FunctionDefinition {
  return { least, most, compile };
}

/** Null in, null out: so the documentation has it for maps and lists. */
function numeric(least: number, most: number, compute: (...numbers: number[]) => number): FunctionDefinition {
  return define(least, most, (args, assumptions) => (row) => {
    const numbers = args.map((arg) => asOperand(arg(row), assumptions));
    return numbers.includes(undefined) ? undefined : finite(compute(...(numbers as number[])));
  });
}

/** What numeric functions and arithmetic compute with. */
export function asOperand(value: Value, { textIsNumeric }: Assumptions): number | undefined {
  return typeof value === 'string' && !textIsNumeric ? undefined : asNumber(value);
}

export function finite(value: number): Value {
  return Number.isFinite(value) ? value : undefined;
}

function textual(count: number, compute: (...texts: string[]) => Value): FunctionDefinition {
  return define(count, count, (args) => (row) => {
    const texts = args.map((arg) => asString(arg(row)));
    return texts.includes(undefined) ? undefined : compute(...(texts as string[]));
  });
}

function ofOne(compute: (value: Value, assumptions: Assumptions) => Value): FunctionDefinition {
  return define(
    1,
    1,
    ([arg], assumptions) =>
      (row) =>
        compute(arg?.(row), assumptions),
  );
}

const FUNCTIONS: Record<string, FunctionDefinition> = {
  greatest: numeric(1, ANY, Math.max),
  least: numeric(1, ANY, Math.min),
  floor: numeric(1, 1, Math.floor),
  tonumber: ofOne(asNumber),
  tomillis: ofOne(asNumber),
  ispresent: ofOne((value) => Number(value !== undefined)),
  coalesce: define(1, ANY, (args) => (row) => {
    for (const arg of args) {
      const value = arg(row);
      if (value !== undefined) return value;
    }
    return undefined;
  }),
  if: define(3, 3, chosen),
  // "case(cond1, val1, cond2, val2, ..., [default])", ten branches at most
  case: define(2, 21, chosen),
  concat: define(1, ANY, (args, { concatOfMissing }) => (row) => {
    const texts = args.map((arg) => asString(arg(row)));
    if (concatOfMissing === 'nothing' && texts.includes(undefined)) return undefined;
    return texts.map((text) => text ?? '').join('');
  }),
  // Of a record of a megabyte, too: characters beyond 16 bits are two units.
  strlen: textual(1, (text) => text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0)),
  replace: textual(3, (text, search, replacement) => text.replaceAll(search, () => replacement)),
  startswith: textual(2, (text, search) => Number(text.startsWith(search))),
  jsonparse: ofOne((value, { jsonParseBytes }) => {
    const text = asString(value) ?? '';
    return Buffer.byteLength(text) <= jsonParseBytes ? structureOf(text) : undefined;
  }),
  jsonstringify: ofOne((value, assumptions) =>
    value instanceof Structure ? jsonText(value.json, assumptions) : undefined,
  ),
};

function chosen(args: Evaluate[]): Evaluate {
  const otherwise = args.length % 2 === 1 ? args.at(-1) : undefined;
  return (row) => {
    for (let index = 0; index + 1 < args.length; index += 2)
      if (isTrue(args[index]?.(row))) return args[index + 1]?.(row);
    return otherwise?.(row);
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

/** What the page of functions did not have from the beginning, the newest last. */
const ADDED: Record<Assumptions['functions'], readonly string[]> = {
  all: [],
  'without conditions': ['if', 'case'],
  'without JSON': ['if', 'case', 'jsonparse', 'jsonstringify'],
};

/** The function of a name, where the service has it. */
export function functionNamed(name: string, { functions }: Assumptions): FunctionDefinition | undefined {
  return Object.hasOwn(FUNCTIONS, name) && !ADDED[functions].includes(name) ? FUNCTIONS[name] : undefined;
}
