/** What a query must keep to beyond its grammar. */
import type { Column, Command, Expression, Query, Span } from './ast.ts';
import { breaksRule } from './compile-error.ts';
import { normalized } from './compile-expression.ts';
import { children } from './stats.ts';

export interface QueryRules {
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
  rows: number;
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-multi */
  stats: number;
}

/** @throws QueryCompileError */
export function validateQuery({ commands }: Query, rules: QueryRules): void {
  validateOrder(commands, rules);
  validateDefinitions(commands);
  validateReferences(commands);
  for (const command of commands)
    if (command.kind === 'limit' && !(command.count >= 1 && command.count <= rules.rows))
      throw breaksRule(`limit must be between 1 and ${rules.rows}`, command.span);
}

function validateOrder(commands: Command[], rules: QueryRules): void {
  const stats = commands.filter(({ kind }) => kind === 'stats');
  const beyond = stats[rules.stats];
  if (beyond) throw breaksRule(`A query can have a maximum of ${rules.stats} stats commands`, beyond.span);
  const lastStats = commands.findLastIndex(({ kind }) => kind === 'stats');
  const dedup = commands.findIndex(({ kind }) => kind === 'dedup');
  for (const [index, { kind, span }] of commands.entries()) {
    // "If you use a sort or limit command, it must appear after the second stats command."
    if (stats.length > 1 && index < lastStats && (kind === 'sort' || kind === 'limit'))
      throw breaksRule(`${kind} must appear after the last stats command`, span);
    // "The only query command that you can use in a query after the dedup command is limit."
    if (dedup >= 0 && index > dedup && kind !== 'limit') throw breaksRule(`unexpected symbol found ${kind}`, span);
    if (kind === 'source' && index > 0) throw breaksRule('SOURCE must be the first command', span);
  }
}

/**
 * A field that the query makes is made once, by `as`, `parse` or `unnest`; naming it again in `fields` counts as
 * making it again, and so does an alias of a later `stats`. `display` and `by` only use it (README).
 */
function validateDefinitions(commands: Command[]): void {
  const made = new Set<string>();
  for (const command of commands) {
    for (const { name, span } of definitions(command, made)) {
      if (made.has(name)) throw breaksRule(`Ephemeral field is already defined: ${name}`, span);
      made.add(name);
    }
  }
}

function definitions(command: Command, made: ReadonlySet<string>): { name: string; span: Span }[] {
  const { span } = command;
  switch (command.kind) {
    case 'fields':
      return command.columns.filter((column) => isAlias(column) || made.has(column.name)).map(definition);
    case 'display':
      return command.columns.filter(isAlias).map(definition);
    case 'stats':
      return [...command.by, ...command.aggregates].filter(isAlias).map(definition);
    case 'parse':
      return command.mode.names.map((name) => ({ name, span }));
    case 'unnest':
      return [{ name: command.name, span }];
    default:
      return [];
  }
}

function isAlias({ expression, name }: Column): boolean {
  return expression.text !== name;
}

/** From the expression to the end of its alias. */
function definition({ expression, name }: Column): { name: string; span: Span } {
  const { start, end } = expression.span;
  return { name, span: { start, end: expression.text === name ? end : end + ` as ${name}`.length } };
}

/** "Any fields that you reference after the first stats command must be defined in that first stats command." */
function validateReferences(commands: Command[]): void {
  let columns: Set<string> | undefined;
  for (const command of commands) {
    if (columns) {
      const outputs = command.kind === 'stats' ? command.aggregates.map(columnName) : [];
      const known = new Set([...columns, ...outputs]);
      for (const expression of expressionsOf(command)) validateReference(expression, known);
      for (const { name } of definitions(command, NONE)) columns.add(normalized(name));
    }
    if (command.kind === 'stats') columns = new Set([...command.by, ...command.aggregates].map(columnName));
  }
}

const NONE: ReadonlySet<string> = new Set();

function columnName({ name }: Column): string {
  return normalized(name);
}

function expressionsOf(command: Command): Expression[] {
  switch (command.kind) {
    case 'fields':
    case 'display':
      return command.columns.map(({ expression }) => expression);
    case 'filter':
      return [command.condition];
    case 'stats':
      return [...command.by, ...command.aggregates].map(({ expression }) => expression);
    case 'sort':
      return command.keys.map(({ expression }) => expression);
    case 'dedup':
      return command.keys;
    case 'parse':
    case 'unnest':
      return [command.source];
    default:
      return [];
  }
}

function validateReference(expression: Expression, columns: ReadonlySet<string>): void {
  if (columns.has(normalized(expression.text)) || isMember(expression, columns)) return;
  // "The bin function always implicitly uses the @timestamp field."
  const name = expression.kind === 'call' && expression.name === 'bin' ? '@timestamp' : expression.text;
  if ((expression.kind === 'field' || name === '@timestamp') && !columns.has(name))
    throw breaksRule(`Unknown symbols found in or after stats: ${name}`, expression.span);
  for (const child of children(expression)) validateReference(child, columns);
}

/** `a.b`, where a is a column. */
function isMember(expression: Expression, columns: ReadonlySet<string>): boolean {
  return expression.kind === 'field' && expression.path.length > 1 && columns.has(normalized(expression.path[0] ?? ''));
}
