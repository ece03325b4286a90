/** `{ $.a = "x" && ($.b > 5 || $.c NOT EXISTS) }`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html */
import { escapeRegExp } from './insights/regex.ts';
import { invalidParameter } from './service-error.ts';

type Test = (json: unknown) => boolean;

const TOKEN =
  /\s*(?:(\$(?:\.\*|\.?[\w-]+|\.?\[\s*(?:\d+|\*|"[^"]*"|'[^']*')\s*\])*)|"((?:[^"\\]|\\.)*)"|%([^%]+)%|(&&|\|\||!=|<=|>=|[=<>()])|([^\s()&|=<>!"{}]+))/y;

type Token =
  | { kind: 'selector'; path: (string | number)[] }
  | { kind: 'string'; value: string }
  | { kind: 'regex'; value: RegExp }
  | { kind: 'symbol' | 'word'; value: string };

export function compileJsonPattern(pattern: string): (message: string) => boolean {
  if (!pattern.endsWith('}')) throw invalid();
  const tokens = tokenize(pattern.slice(1, -1));
  const test = disjunction(tokens);
  if (tokens.length > 0) throw invalid();
  return (message) => {
    const json = parseJson(message);
    return json !== undefined && test(json);
  };
}

function parseJson(message: string): unknown {
  if (!/^\s*[{[]/.test(message)) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function invalid(): Error {
  return invalidParameter('Invalid filter pattern');
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (!match) throw invalid();
    tokens.push(tokenOf(match));
  }
  return tokens;
}

function tokenOf([, selector, string, regex, symbol, word = '']: RegExpExecArray): Token {
  if (selector !== undefined) return { kind: 'selector', path: pathOf(selector) };
  if (string !== undefined) return { kind: 'string', value: string.replace(/\\(.)/g, '$1') };
  if (regex !== undefined) return { kind: 'regex', value: new RegExp(regex) };
  return symbol === undefined ? { kind: 'word', value: word } : { kind: 'symbol', value: symbol };
}

/** "Arrays … follow a zero-based ordering system." */
function pathOf(selector: string): (string | number)[] {
  const parts = selector.slice(1).match(/"[^"]*"|'[^']*'|\[\s*\d+\s*\]|\*|[\w-]+/g) ?? [];
  return parts.map((part) => (part.startsWith('[') ? Number(part.slice(1, -1)) : part.replace(/^["'](.*)["']$/, '$1')));
}

function isSymbol(token: Token | undefined, value: string): boolean {
  return token?.kind === 'symbol' && token.value === value;
}

/** "() > && > ||" */
function disjunction(tokens: Token[]): Test {
  const tests = [conjunction(tokens)];
  while (isSymbol(tokens[0], '||')) {
    tokens.shift();
    tests.push(conjunction(tokens));
  }
  return (json) => tests.some((test) => test(json));
}

function conjunction(tokens: Token[]): Test {
  const tests = [condition(tokens)];
  while (isSymbol(tokens[0], '&&')) {
    tokens.shift();
    tests.push(condition(tokens));
  }
  return (json) => tests.every((test) => test(json));
}

function condition(tokens: Token[]): Test {
  const first = tokens.shift();
  if (isSymbol(first, '(')) {
    const inner = disjunction(tokens);
    if (!isSymbol(tokens.shift(), ')')) throw invalid();
    return inner;
  }
  if (first?.kind !== 'selector') throw invalid();
  const operator = tokens.shift();
  if (operator?.kind === 'word') return existence(first.path, operator.value, tokens.shift());
  if (operator?.kind !== 'symbol') throw invalid();
  return comparison(first.path, operator.value, tokens.shift());
}

function existence(path: (string | number)[], word: string, next: Token | undefined): Test {
  const operand = next?.kind === 'word' ? next.value.toUpperCase() : '';
  if (word.toUpperCase() === 'NOT' && operand === 'EXISTS') return (json) => valuesAt(json, path).length === 0;
  if (word.toUpperCase() !== 'IS') throw invalid();
  const wanted = new Map<string, unknown>([
    ['NULL', null],
    ['TRUE', true],
    ['FALSE', false],
  ]);
  if (!wanted.has(operand)) throw invalid();
  return (json) => valuesAt(json, path).includes(wanted.get(operand));
}

/**
 * An event without the property does not match, neither with `=` nor with `!=`
 * (people hit it: Crown-Commercial-Service/digitalmarketplace-aws#198). Objects and arrays never match.
 */
function comparison(path: (string | number)[], operator: string, operand: Token | undefined): Test {
  const holds = operand && comparator(operator, operand);
  if (!holds) throw invalid();
  return (json) =>
    valuesAt(json, path).some((value) => value !== null && typeof value !== 'object' && holds(value as Scalar));
}

type Scalar = string | number | boolean;

function comparator(operator: string, operand: Token): ((value: Scalar) => boolean) | undefined {
  if (operand.kind === 'selector' || operand.kind === 'symbol') return undefined;
  if (operator === '=' || operator === '!=') {
    const equal = equality(operand);
    return (value) => equal(value) === (operator === '=');
  }
  const number = operand.kind === 'word' ? Number(operand.value) : Number.NaN;
  if (Number.isNaN(number)) return undefined;
  switch (operator) {
    case '<':
      return (value) => typeof value === 'number' && value < number;
    case '<=':
      return (value) => typeof value === 'number' && value <= number;
    case '>':
      return (value) => typeof value === 'number' && value > number;
    case '>=':
      return (value) => typeof value === 'number' && value >= number;
  }
  return undefined;
}

/** Strings with `*` as a wildcard; numbers in any notation: `1e-3` equals 0.001. */
function equality(operand: Exclude<Token, { kind: 'selector' }>): (value: Scalar) => boolean {
  if (operand.kind === 'regex') return (value) => operand.value.test(String(value));
  const pattern = new RegExp(`^${operand.value.split('*').map(escapeRegExp).join('[\\s\\S]*')}$`);
  const number = operand.kind === 'word' ? Number(operand.value) : Number.NaN;
  return (value) => (typeof value === 'number' && value === number) || pattern.test(String(value));
}

function valuesAt(json: unknown, path: (string | number)[]): unknown[] {
  let values = [json];
  for (const key of path) values = values.flatMap((value) => members(value, key));
  return values;
}

function members(value: unknown, key: string | number): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (key === '*') return Object.values(value);
  return Object.hasOwn(value, key) ? [(value as Record<string | number, unknown>)[key]] : [];
}
