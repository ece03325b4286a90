import type { BinaryOperator, Expression } from './ast.ts';
import type { Token } from './lexer.ts';
import { isPeriod } from './time.ts';
import { isWord, type TokenReader } from './token-reader.ts';

/** From the loosest; `not` stands between `and` and the comparisons. */
const ARITHMETIC: BinaryOperator[][] = [['+', '-'], ['*', '/', '%'], ['^']];
const COMPARISONS: BinaryOperator[] = ['=', '!=', '<=', '>=', '<', '>'];

export function parseExpression(reader: TokenReader): Expression {
  return leftAssociative(reader, ['or'], () => leftAssociative(reader, ['and'], () => negation(reader)));
}

type Shape = Expression extends infer E ? (E extends Expression ? Omit<E, 'text' | 'span'> : never) : never;

function finish(reader: TokenReader, start: number, shape: Shape): Expression {
  const span = { start, end: reader.end() };
  return { ...shape, text: reader.textFrom(start), span } as Expression;
}

function leftAssociative(reader: TokenReader, operators: BinaryOperator[], operand: () => Expression): Expression {
  const { start } = reader.peek();
  let left = operand();
  for (;;) {
    const operator = operators.find((candidate) => reader.accept(candidate));
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
  const left = arithmetic(reader, 0);
  const negated = isWord(reader.peek(), 'not') && reader.accept('not');
  if (reader.accept('in')) return finish(reader, start, { kind: 'in', value: left, list: list(reader), negated });
  if (reader.accept('like')) return like(reader, start, left, negated);
  if (negated) throw reader.fail();
  if (reader.accept('=~')) return like(reader, start, left, false);
  const operator = COMPARISONS.find((candidate) => reader.accept(candidate));
  if (!operator) return left;
  return finish(reader, start, { kind: 'binary', operator, left, right: arithmetic(reader, 0) });
}

function like(reader: TokenReader, start: number, value: Expression, negated: boolean): Expression {
  const token = reader.peek();
  if (token.kind !== 'regex')
    return finish(reader, start, { kind: 'like', value, pattern: arithmetic(reader, 0), negated });
  reader.next();
  return finish(reader, start, { kind: 'like', value, pattern: token.value, negated });
}

function list(reader: TokenReader): Expression[] {
  reader.expect('[');
  return separated(reader, ']');
}

function separated(reader: TokenReader, closing: string): Expression[] {
  const items: Expression[] = [];
  if (reader.accept(closing)) return items;
  do items.push(parseExpression(reader));
  while (reader.accept(','));
  reader.expect(closing);
  return items;
}

function arithmetic(reader: TokenReader, level: number): Expression {
  const operators = ARITHMETIC[level];
  if (!operators) return negative(reader);
  return leftAssociative(reader, operators, () => arithmetic(reader, level + 1));
}

function negative(reader: TokenReader): Expression {
  const { start } = reader.peek();
  if (!reader.accept('-')) return access(reader);
  return finish(reader, start, { kind: 'negate', operand: negative(reader) });
}

/** `jsonParse(x).a`, `users[1].action` (Structure types). */
function access(reader: TokenReader): Expression {
  const { start } = reader.peek();
  let base = primary(reader);
  for (;;) {
    if (reader.accept('[')) {
      const index = reader.next();
      if (index.kind !== 'number') throw reader.fail();
      reader.expect(']');
      base = finish(reader, start, { kind: 'access', base, key: index.value });
    } else if (reader.accept('.')) {
      const name = reader.next();
      if (name.kind !== 'name') throw reader.fail();
      for (const key of name.path) base = finish(reader, start, { kind: 'access', base, key });
    } else return base;
  }
}

function primary(reader: TokenReader): Expression {
  const token = reader.peek();
  const { start } = token;
  if (reader.accept('(')) {
    const inner = parseExpression(reader);
    reader.expect(')');
    return { ...inner, text: reader.textFrom(start) };
  }
  if (reader.accept('*')) return finish(reader, start, { kind: 'star' });
  if (token.kind === 'string' || token.kind === 'number') return literal(reader, token);
  if (token.kind === 'period') return period(reader, token.count, token.unit);
  if (token.kind !== 'name' || RESERVED.has(token.text.toLowerCase())) throw reader.fail();
  reader.next();
  if (!token.quoted && reader.accept('(')) {
    const args = separated(reader, ')');
    return finish(reader, start, { kind: 'call', name: token.text.toLowerCase(), args });
  }
  return { kind: 'field', path: token.path, text: token.path.join('.'), span: token };
}

const RESERVED = new Set(['and', 'or', 'not', 'in', 'like', 'as', 'by']);

function literal(reader: TokenReader, token: Token & { value: string | number }): Expression {
  reader.next();
  const following = reader.peek();
  // `5 m`, as the documentation has "a number and one of the following"
  if (token.kind === 'number' && following.kind === 'name' && isPeriod({ count: 1, unit: following.text }))
    return period(reader, Number(token.value), following.text);
  return finish(reader, token.start, { kind: 'literal', value: token.value });
}

function period(reader: TokenReader, count: number, unit: string): Expression {
  if (!isPeriod({ count, unit })) throw reader.fail();
  const { start } = reader.next();
  return finish(reader, start, { kind: 'period', period: { count, unit } });
}
