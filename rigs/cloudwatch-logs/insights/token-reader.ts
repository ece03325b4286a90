import { QueryCompileError, unexpected } from './compile-error.ts';
import { type Token, tokenize } from './lexer.ts';

/** Walks the tokens of a query. Keywords are words in any case: the documentation writes FIELDS and fields. */
export interface TokenReader {
  readonly query: string;
  peek(ahead?: number): Token;
  next(): Token;
  /** Takes the word or symbol if it comes next. */
  accept(text: string): boolean;
  expect(text: string): Token;
  fail(message?: string): QueryCompileError;
  /** The query's own text from a position up to the last token taken. */
  textFrom(start: number): string;
  end(): number;
}

export function readTokens(query: string): TokenReader {
  const tokens = tokenize(query);
  let index = 0;
  const reader: TokenReader = {
    query,
    peek: (ahead = 0) => tokens[Math.min(index + ahead, tokens.length - 1)] as Token,
    next() {
      const token = reader.peek();
      index += 1;
      return token;
    },
    accept(text) {
      const found = isWord(reader.peek(), text);
      if (found) index += 1;
      return found;
    },
    expect(text) {
      if (!isWord(reader.peek(), text)) throw reader.fail();
      return reader.next();
    },
    fail(message) {
      const token = reader.peek();
      return message ? new QueryCompileError(message, token) : unexpected(query, token);
    },
    textFrom: (start) => query.slice(start, reader.end()),
    end: () => tokens[index - 1]?.end ?? 0,
  };
  return reader;
}

export function isWord(token: Token, text: string): boolean {
  if (token.kind === 'symbol') return token.text === text;
  return token.kind === 'name' && !token.quoted && token.text.toLowerCase() === text;
}
