import type { Span } from './query-error.ts';
import { segments, type TokenReader, unquote } from './tokens.ts';

export type BinaryOperator = 'and' | 'or' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/';

/** `text` is the expression as written. */
export type Expression = Span & { text: string } & (
    | { kind: 'literal'; value: string | number }
    | { kind: 'field'; path: string[] }
    | { kind: 'member'; base: Expression; key: string | number }
    | { kind: 'call'; name: string; args: Expression[] }
    | { kind: 'not' | 'negate'; operand: Expression }
    | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
    | { kind: 'in'; value: Expression; list: Expression[] }
    | { kind: 'like'; value: Expression; pattern: RegExp; negated: boolean }
  );

type Shape = Expression extends infer E ? (E extends Expression ? Omit<E, 'text' | keyof Span> : never) : never;

const COMPARISONS: BinaryOperator[] = ['=', '!=', '<=', '>=', '<', '>'];
const RESERVED = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by']);

/** From the loosest: or, and, not, comparisons, sums, products. */
export function parseExpression(reader: TokenReader): Expression {
  return leftAssociative(reader, ['or'], () => leftAssociative(reader, ['and'], () => negation(reader)));
}

function finish(reader: TokenReader, start: number, shape: Shape): Expression {
  return { ...shape, ...reader.spanFrom(start) } as Expression;
}

function leftAssociative(reader: TokenReader, operators: BinaryOperator[], operand: () => Expression): Expression {
  const { start } = reader.peek();
  let left = operand();
  for (;;) {
    const operator = operators.find(reader.accept);
    if (!operator) return left;
    left = finish(reader, start, { kind: 'binary', operator, left, right: operand() });
  }
}

function negation(reader: TokenReader): Expression {
  const { start } = reader.peek();
  if (!reader.accept('not')) return comparison(reader);
  return finish(reader, start, { kind: 'not', operand: negation(reader) });
}

function comparison(reader: TokenReader): Expression {
  const { start } = reader.peek();
  const left = sum(reader);
  if (reader.accept('in')) {
    expect(reader, '[');
    return finish(reader, start, { kind: 'in', value: left, list: separated(reader, ']') });
  }
  const negated = reader.accept('not');
  if (reader.accept('like'))
    return finish(reader, start, { kind: 'like', value: left, pattern: reader.regex(), negated });
  if (negated) throw reader.fail();
  const operator = COMPARISONS.find(reader.accept);
  return operator ? finish(reader, start, { kind: 'binary', operator, left, right: sum(reader) }) : left;
}

function sum(reader: TokenReader): Expression {
  return leftAssociative(reader, ['+', '-'], () => leftAssociative(reader, ['*', '/'], () => negative(reader)));
}

function negative(reader: TokenReader): Expression {
  const { start } = reader.peek();
  if (!reader.accept('-')) return member(reader);
  return finish(reader, start, { kind: 'negate', operand: negative(reader) });
}

/** `jsonParse(x).a`, `users[1].action` (Structure types). */
function member(reader: TokenReader): Expression {
  const { start } = reader.peek();
  let base = primary(reader);
  for (;;) {
    if (reader.accept('[')) {
      const index = reader.next();
      if (index.kind !== 'number') throw reader.fail();
      expect(reader, ']');
      base = finish(reader, start, { kind: 'member', base, key: Number(index.text) });
    } else if (reader.accept('.')) {
      for (const key of name(reader)) base = finish(reader, start, { kind: 'member', base, key });
    } else return base;
  }
}

function primary(reader: TokenReader): Expression {
  const token = reader.peek();
  const { start, text } = token;
  if (reader.accept('(')) {
    const inner = parseExpression(reader);
    expect(reader, ')');
    return inner;
  }
  if (token.kind === 'string' || token.kind === 'number') {
    const value = token.kind === 'string' ? unquote(text) : Number(text);
    reader.next();
    return finish(reader, start, { kind: 'literal', value });
  }
  if (RESERVED.has(text.toLowerCase())) throw reader.fail();
  const path = name(reader);
  if (text.includes('`') || !reader.accept('(')) return finish(reader, start, { kind: 'field', path });
  const args = reader.accept('*') ? nothing(reader) : separated(reader, ')');
  return finish(reader, start, { kind: 'call', name: text.toLowerCase(), args });
}

/** `count(*)` is `count()`. */
function nothing(reader: TokenReader): [] {
  expect(reader, ')');
  return [];
}

export function name(reader: TokenReader): string[] {
  if (reader.peek().kind !== 'name') throw reader.fail();
  return segments(reader.next().text);
}

function expect(reader: TokenReader, symbol: string): void {
  if (!reader.accept(symbol)) throw reader.fail();
}

function separated(reader: TokenReader, closing: string): Expression[] {
  if (reader.accept(closing)) return [];
  const items = listOf(reader, parseExpression);
  expect(reader, closing);
  return items;
}

export function listOf<T>(reader: TokenReader, read: (reader: TokenReader) => T): T[] {
  const items: T[] = [];
  do items.push(read(reader));
  while (reader.accept(','));
  return items;
}
