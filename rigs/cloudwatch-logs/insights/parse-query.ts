/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html */
import { NotImplementedByDouble } from '../../aws/service-error.ts';
import type { Column, Command, Expression, ParseMode, Query, SourceSelector } from './ast.ts';
import { parseExpression } from './parse-expression.ts';
import { isWord, readTokens, type TokenReader } from './token-reader.ts';

type Shape = Command extends infer C ? (C extends Command ? Omit<C, 'span'> : never) : never;

const COMMANDS: Record<string, (reader: TokenReader) => Shape> = {
  fields: (reader) => ({ kind: 'fields', columns: columns(reader) }),
  display: (reader) => ({ kind: 'display', columns: columns(reader) }),
  filter: (reader) => ({ kind: 'filter', condition: parseExpression(reader) }),
  // "a grammar alias for the filter command": CWL_QuerySyntax-Where
  where: (reader) => ({ kind: 'filter', condition: parseExpression(reader) }),
  stats,
  sort,
  limit,
  parse,
  dedup: (reader) => ({ kind: 'dedup', keys: expressions(reader) }),
  unnest,
  source,
};

/** Documented, and not evaluated here. */
const NOT_HERE = new Set(
  `accum addtotals anomaly appendcols autoregress cidrlookup countfrequent diff expand filldown fillmissing
  filterindex join json logcompare lookup outlier pattern relevantfields sessionize unmask`.split(/\s+/),
);

/** @throws QueryCompileError, NotImplementedByDouble */
export function parseQuery(text: string): Query {
  const reader = readTokens(text);
  const commands: Command[] = [];
  do commands.push(command(reader));
  while (reader.accept('|'));
  if (reader.peek().kind !== 'end') throw reader.fail();
  return { commands };
}

function command(reader: TokenReader): Command {
  const head = reader.peek();
  const name = head.text.toLowerCase();
  const read = head.kind === 'name' && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!read) {
    if (NOT_HERE.has(name)) throw new NotImplementedByDouble(`the command ${name}`);
    throw reader.fail();
  }
  reader.next();
  const shape = read(reader);
  return { ...shape, span: { start: head.start, end: reader.end() } } as Command;
}

function columns(reader: TokenReader): Column[] {
  const list: Column[] = [];
  do list.push(column(reader));
  while (reader.accept(','));
  return list;
}

function column(reader: TokenReader): Column {
  const expression = parseExpression(reader);
  return { expression, name: reader.accept('as') ? alias(reader) : expression.text };
}

function alias(reader: TokenReader): string {
  const token = reader.peek();
  if (token.kind !== 'name') throw reader.fail();
  reader.next();
  return token.path.join('.');
}

function expressions(reader: TokenReader): Expression[] {
  const list: Expression[] = [];
  do list.push(parseExpression(reader));
  while (reader.accept(','));
  return list;
}

function stats(reader: TokenReader): Shape {
  const aggregates = columns(reader);
  return { kind: 'stats', aggregates, by: reader.accept('by') ? columns(reader) : [] };
}

/** `sort by` is in AWS's own sample queries. */
function sort(reader: TokenReader): Shape {
  reader.accept('by');
  const keys: { expression: Expression; descending: boolean }[] = [];
  do {
    const expression = parseExpression(reader);
    const descending = reader.accept('desc');
    if (!descending) reader.accept('asc');
    keys.push({ expression, descending });
  } while (reader.accept(','));
  return { kind: 'sort', keys };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
function limit(reader: TokenReader): Shape {
  const any = reader.accept('any');
  const token = reader.peek();
  if (token.kind !== 'number') throw reader.fail();
  reader.next();
  return { kind: 'limit', count: token.value, any };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html */
function parse(reader: TokenReader): Shape {
  const source = parseSource(reader);
  const token = reader.next();
  if (token.kind === 'name') throw new NotImplementedByDouble(`parse ${token.text}`);
  const names = reader.accept('as') ? aliases(reader) : [];
  if (token.kind === 'string') return { kind: 'parse', source, mode: glob(reader, token.value, names) };
  if (token.kind !== 'regex') throw reader.fail();
  const groups = [...token.value.source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? '');
  const multi = reader.accept('multi');
  return { kind: 'parse', source, mode: { kind: 'regex', pattern: token.value, names: [...groups, ...names], multi } };
}

/** "If fieldName is omitted, @message is used by default." */
function parseSource(reader: TokenReader): Expression {
  const token = reader.peek();
  if (token.kind === 'name') return parseExpression(reader);
  return { kind: 'field', path: ['@message'], text: '@message', span: token };
}

function aliases(reader: TokenReader): string[] {
  const names: string[] = [];
  do names.push(alias(reader));
  while (reader.accept(','));
  return names;
}

/** "The number of * wildcards must equal the number of aliases." */
function glob(reader: TokenReader, pattern: string, names: string[]): ParseMode {
  const wildcards = pattern.split('*').length - 1;
  if (wildcards !== names.length)
    throw reader.fail(`${wildcards} wildcards in the pattern of parse, ${names.length} aliases`);
  return { kind: 'glob', pattern, names };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html */
function unnest(reader: TokenReader): Shape {
  const source = parseExpression(reader);
  reader.expect('into');
  return { kind: 'unnest', source, name: alias(reader) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html */
function source(reader: TokenReader): Shape {
  const selectors: SourceSelector[] = [];
  do selectors.push(selector(reader));
  while (reader.accept(','));
  return { kind: 'source', selectors };
}

function selector(reader: TokenReader): SourceSelector {
  if (!isWord(reader.peek(), 'loggroups')) throw new NotImplementedByDouble('SOURCE other than logGroups');
  reader.next();
  const lists = namedLists(reader);
  return {
    namePrefix: lists['nameprefix'] ?? [],
    accountIdentifiers: lists['accountidentifiers'] ?? lists['accountidentifier'] ?? [],
    logGroupClasses: lists['class'] ?? [],
  };
}

/** `(namePrefix: ['a'], class: 'STANDARD')` */
function namedLists(reader: TokenReader): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  reader.expect('(');
  if (reader.accept(')')) return lists;
  do {
    const name = reader.next().text.toLowerCase();
    reader.expect(':');
    lists[name] = reader.accept('[') ? strings(reader) : [string(reader)];
  } while (reader.accept(','));
  reader.expect(')');
  return lists;
}

function strings(reader: TokenReader): string[] {
  const values: string[] = [];
  if (reader.accept(']')) return values;
  do values.push(string(reader));
  while (reader.accept(','));
  reader.expect(']');
  return values;
}

function string(reader: TokenReader): string {
  const token = reader.peek();
  if (token.kind !== 'string') throw reader.fail();
  reader.next();
  return token.value;
}
