/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html */
import { NotImplementedByDouble } from '../../aws/service-error.ts';
import { type Expression, listOf, name, parseExpression } from './parse-expression.ts';
import type { Span } from './query-error.ts';
import { readTokens, type TokenReader } from './tokens.ts';

/** An expression and the column it becomes. */
export interface Column extends Span {
  expression: Expression;
  name: string;
  /** It has a name of its own, by `as`. */
  isAlias: boolean;
}

export type Command = Span &
  (
    | { kind: 'fields' | 'display'; columns: Column[] }
    | { kind: 'filter'; condition: Expression }
    | { kind: 'stats'; aggregates: Column[]; by: Column[] }
    | { kind: 'sort'; keys: { expression: Expression; descending: boolean }[] }
    | { kind: 'limit'; count: number }
    | { kind: 'parse'; path: string[]; pattern: RegExp; names: string[] }
  );

type Shape = Command extends infer C ? (C extends Command ? Omit<C, keyof Span> : never) : never;

const COMMANDS: Record<string, (reader: TokenReader) => Shape> = {
  fields: (reader) => ({ kind: 'fields', columns: listOf(reader, column) }),
  display: (reader) => ({ kind: 'display', columns: listOf(reader, column) }),
  filter: (reader) => ({ kind: 'filter', condition: parseExpression(reader) }),
  stats(reader) {
    const aggregates = listOf(reader, column);
    return { kind: 'stats', aggregates, by: reader.accept('by') ? listOf(reader, column) : [] };
  },
  sort(reader) {
    reader.accept('by');
    return { kind: 'sort', keys: listOf(reader, sortKey) };
  },
  limit(reader) {
    if (reader.peek().kind !== 'number') throw reader.fail();
    return { kind: 'limit', count: Number(reader.next().text) };
  },
  parse,
};

/** @throws QueryCompileError, NotImplementedByDouble */
export function parseQuery(text: string): Command[] {
  const reader = readTokens(text);
  const commands: Command[] = [];
  do commands.push(command(reader));
  while (reader.accept('|'));
  if (reader.peek().kind !== 'end') throw reader.fail();
  return commands;
}

function command(reader: TokenReader): Command {
  const { start, text } = reader.peek();
  const keyword = text.toLowerCase();
  const read = Object.hasOwn(COMMANDS, keyword) ? COMMANDS[keyword] : undefined;
  if (!read) throw reader.fail();
  reader.next();
  return { ...read(reader), ...reader.spanFrom(start) } as Command;
}

function column(reader: TokenReader): Column {
  const { start } = reader.peek();
  const expression = parseExpression(reader);
  const own = expression.kind === 'field' ? expression.path.join('.') : reader.spanFrom(start).text;
  const alias = reader.accept('as') ? name(reader).join('.') : own;
  return { expression, name: alias, isAlias: alias !== own, ...reader.spanFrom(start) };
}

function sortKey(reader: TokenReader): { expression: Expression; descending: boolean } {
  const expression = parseExpression(reader);
  const descending = reader.accept('desc');
  if (!descending) reader.accept('asc');
  return { expression, descending };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html */
function parse(reader: TokenReader): Shape {
  const isField = reader.peek().kind === 'name';
  const path = isField ? name(reader) : ['@message'];
  const pattern = reader.regex();
  const names = [...pattern.source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, group = '']) => group);
  if (names.length === 0) throw new NotImplementedByDouble('parse without named groups');
  return { kind: 'parse', path, pattern, names };
}
