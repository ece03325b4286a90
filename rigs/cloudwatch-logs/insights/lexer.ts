import type { Span } from './ast.ts';
import { unexpected } from './compile-error.ts';
import { toRegExp } from './regex.ts';

export type Token = Span & { text: string } & (
    | { kind: 'name'; path: string[]; quoted: boolean }
    | { kind: 'number'; value: number }
    | { kind: 'period'; count: number; unit: string }
    | { kind: 'string'; value: string }
    | { kind: 'regex'; value: RegExp }
    | { kind: 'symbol' }
    | { kind: 'end' }
  );

const SPACE = /\s+|#[^\n]*/y;
/** `a.b.0`, `@timestamp`, `a.`b-c``: other characters need backticks (CWL_QuerySyntax-Guidelines). */
const NAME = /(?:@?`[^`]*`|[A-Za-z_@][\w@]*)(?:\.(?:`[^`]*`|[\w@]+))*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w)/y;
const PERIOD = /(\d+)([A-Za-z]+)/y;
const STRING = /"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'/y;
const REGEX = /\/((?:[^/\\]|\\[\s\S])+)\//y;
const SYMBOL = /=~|!=|<=|>=|==|[|,()[\]=<>+\-*/%^.:]/y;

/** Splits a query into tokens. @throws QueryCompileError */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let inParse = false;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    return pattern.exec(query);
  }

  function token(): Token {
    const span = (text: string): Span & { text: string } => ({ start: at, end: at + text.length, text });
    // A slash divides, unless something must follow: an operand, or the expression of `parse`.
    const regex = query[at] === '/' && (inParse || expectsOperand(tokens.at(-1))) ? take(REGEX) : null;
    if (regex) return { kind: 'regex', value: toRegExp(regex[1] ?? '', span(regex[0])), ...span(regex[0]) };
    const string = take(STRING);
    if (string) return { kind: 'string', value: unquote(string[0]), ...span(string[0]) };
    const name = take(NAME);
    if (name) return { kind: 'name', path: segments(name[0]), quoted: name[0].includes('`'), ...span(name[0]) };
    const number = take(NUMBER);
    if (number) return { kind: 'number', value: Number(number[0]), ...span(number[0]) };
    const period = take(PERIOD);
    if (period) return { kind: 'period', count: Number(period[1]), unit: period[2] ?? '', ...span(period[0]) };
    const symbol = take(SYMBOL);
    if (symbol) return { kind: 'symbol', ...span(symbol[0]) };
    throw unexpected(query, { text: query[at] ?? '', start: at, end: at + 1 });
  }

  for (;;) {
    for (let space = take(SPACE); space; space = take(SPACE)) at += space[0].length;
    if (at >= query.length) break;
    const next = token();
    const startsCommand = tokens.length === 0 || tokens.at(-1)?.text === '|';
    if (startsCommand) inParse = next.text.toLowerCase() === 'parse';
    tokens.push(next);
    at = next.end;
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: query.length, end: query.length });
  return tokens;
}

const OPERAND_FOLLOWS = new Set(['like', 'and', 'or', 'not', 'in', 'by']);

function expectsOperand(previous: Token | undefined): boolean {
  if (!previous) return true;
  if (previous.kind === 'symbol') return previous.text !== ')' && previous.text !== ']';
  return previous.kind === 'name' && !previous.quoted && OPERAND_FOLLOWS.has(previous.text.toLowerCase());
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(["'\\])/g, '$1');
}

/** `a.`b.c`.d` is a, b.c, d; in @`x`, the at sign belongs to the name (CWL_QuerySyntax-Guidelines). */
function segments(text: string): string[] {
  const parts = text.match(/@?`[^`]*`|[\w@]+/g) ?? [];
  return parts.map((part) => part.replaceAll('`', ''));
}
