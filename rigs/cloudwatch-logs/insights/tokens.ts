import { NotImplementedByDouble } from '../../aws/service-error.ts';
import { refuseNotHere } from './not-here.ts';
import { type QueryCompileError, type Span, unexpected } from './query-error.ts';

export interface Token extends Span {
  kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  text: string;
}

const SPACE = /(?:\s+|#[^\n]*)*/y;
/** `a.b.0`, `@timestamp`, `a.`b-c``: other characters need backticks (CWL_QuerySyntax-Guidelines). */
const TOKEN =
  /(?<name>(?:@?`[^`]*`|[A-Za-z_@][\w@]*)(?:\.(?:`[^`]*`|[\w@]+))*)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))|(?<string>"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|(?<symbol>=~|!=|<=|>=|[|,()[\]=<>+\-*/%^.])/y;
const REGEX = /\/((?:[^/\\]|\\[\s\S])+)\//y;

/** Walks a query. Keywords are words in any case: the documentation writes FIELDS and fields. */
export interface TokenReader {
  peek(): Token;
  next(): Token;
  /** Takes the word or symbol if it comes next. */
  accept(text: string): boolean;
  /** A regular expression, which only the grammar tells from a division. */
  regex(): RegExp;
  fail(): QueryCompileError;
  /** From a position up to the last token taken. */
  spanFrom(start: number): Span & { text: string };
}

export function readTokens(query: string): TokenReader {
  let end = 0;
  let token = tokenAt(query, 0);

  function moveTo(position: number): void {
    end = position;
    token = tokenAt(query, position);
  }

  return {
    peek: () => token,
    next() {
      const taken = token;
      moveTo(taken.end);
      return taken;
    },
    accept(text) {
      const found = token.kind !== 'string' && token.text.toLowerCase() === text;
      if (found) moveTo(token.end);
      return found;
    },
    regex() {
      REGEX.lastIndex = token.start;
      const [text, source = ''] = REGEX.exec(query) ?? [];
      if (text === undefined) throw new NotImplementedByDouble('like and parse without a regular expression');
      moveTo(token.start + text.length);
      return regExpOf(source);
    },
    fail() {
      refuseNotHere(token.text);
      return unexpected(query, token);
    },
    spanFrom: (start) => ({ start, end, text: query.slice(start, end) }),
  };
}

function tokenAt(query: string, position: number): Token {
  SPACE.lastIndex = position;
  const start = position + (SPACE.exec(query)?.[0].length ?? 0);
  if (start === query.length) return { kind: 'end', text: '<EOF>', start, end: start };
  TOKEN.lastIndex = start;
  const { 0: text = query[start] ?? '', groups } = TOKEN.exec(query) ?? {};
  const span = { text, start, end: start + text.length };
  const [kind] = Object.entries(groups ?? {}).find(([, found]) => found !== undefined) ?? [];
  if (!kind && /\d/.test(text)) throw new NotImplementedByDouble('periods such as 5m in queries');
  if (!kind) throw unexpected(query, span);
  return { kind: kind as Token['kind'], ...span };
}

/**
 * AWS matches with Hyperscan (older text of CWL_QuerySyntax) and RE2 (regexReplace). ECMAScript is near; what it does not have, such as
 * flags as `(?i)` and names as `(?P<x>`, is not had here.
 */
function regExpOf(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new NotImplementedByDouble(`regular expressions other than ECMAScript’s: ${(error as Error).message}`);
  }
}

export function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(["'\\])/g, '$1');
}

/** `a.`b.c`.d` is a, b.c, d; in @`x`, the at sign belongs to the name (CWL_QuerySyntax-Guidelines). */
export function segments(text: string): string[] {
  const parts = text.match(/@?`[^`]*`|[\w@]+/g) ?? [];
  return parts.map((part) => part.replaceAll('`', ''));
}
