import type { Assumptions } from '../assumptions.ts';
import { compareForSort } from './compare.ts';
import { compileExpression } from './compile-expression.ts';
import { compileFold, plain } from './compile-fold.ts';
import type { Evaluate } from './functions.ts';
import type { Column, Command } from './parse-query.ts';
import { breaksRule } from './query-error.ts';
import type { EventFields, Row } from './row.ts';
import { createScope, type Scope } from './scope.ts';
import { asString, display, isTrue, Timestamp, type Value } from './values.ts';

export interface QueryResult {
  results: ResultField[][];
  /** Events that were left when filtering was done. */
  recordsMatched: number;
  recordsScanned: number;
}

export interface ResultField {
  field: string;
  value: string;
}

/** Runs over events, the newest first. */
export type CompiledQuery = (events: readonly EventFields[]) => QueryResult;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Limit.html */
export const MOST_ROWS = 100_000;
/** Older copies of CWL_QuerySyntax-Stats say two (README). */
const MOST_STATS = 10;

/** What happens to one row; false: it is left out. */
type Step = (row: Row) => boolean;

/** Takes rows one by one, and gives those that come of them. */
interface Sink {
  add(row: Row): void;
  rows(): Row[];
}

/** Rows go through the steps one after the other, and together from the sink to the next stage. */
interface Stage {
  steps: Step[];
  open: () => Sink;
}

interface Shown {
  name: string;
  evaluate: Evaluate;
}

/** @param limit rows at most, whatever the query says. @throws QueryCompileError, NotImplementedByDouble */
export function compileQuery(commands: readonly Command[], assumptions: Assumptions, limit: number): CompiledQuery {
  checkOrder(commands);
  const scope = createScope(assumptions);
  const stages: Stage[] = [{ steps: [], open: collecting }];
  let shown: Shown[] | undefined;
  let isDisplayed = false;
  const addStage = (open: () => Sink) => {
    (stages.at(-1) as Stage).open = open;
    stages.push({ steps: [], open: collecting });
  };

  for (const command of commands) {
    const { steps } = stages.at(-1) as Stage;
    switch (command.kind) {
      case 'fields':
      case 'display': {
        steps.push(...computing(command.kind, command.columns, scope));
        const columns = command.columns.map(({ name }) => showing(name, scope));
        // Of display, "only the fields you specify in the last occurrence are used"; of fields, all are.
        if (command.kind === 'display') shown = columns;
        else if (!isDisplayed) shown = [...(shown ?? []), ...columns];
        isDisplayed ||= command.kind === 'display';
        break;
      }
      case 'filter': {
        const condition = compileExpression(command.condition, scope);
        steps.push((row) => isTrue(condition(row)));
        break;
      }
      case 'parse':
        steps.push(parsing(command, scope));
        break;
      case 'stats': {
        addStage(grouping(command, scope));
        shown = [...command.by, ...command.aggregates].map(({ name }) => showing(name, scope));
        isDisplayed = false;
        break;
      }
      case 'sort':
        addStage(sorting(command, scope));
        break;
      case 'limit':
        addStage(() => collecting((rows) => rows.slice(0, command.count)));
    }
  }
  // "The query results display the @timestamp field and all log data in the @message field."
  const columns = shown ?? ['@timestamp', '@message'].map((name) => showing(name, scope));
  return (events) =>
    run(stages, events, (rows) => rows.slice(0, limit).map((row) => printed(columns, row, assumptions)));
}

function checkOrder(commands: readonly Command[]): void {
  const stats = commands.filter(({ kind }) => kind === 'stats');
  const beyond = stats[MOST_STATS];
  if (beyond) throw breaksRule(`A query can have a maximum of ${MOST_STATS} stats commands`, beyond);
  const last = commands.findLastIndex(({ kind }) => kind === 'stats');
  for (const [index, command] of commands.entries()) {
    const { kind } = command;
    // "If you use a sort or limit command, it must appear after the second stats command."
    if (stats.length > 1 && index < last && (kind === 'sort' || kind === 'limit'))
      throw breaksRule(`${kind} must appear after the last stats command`, command);
    if (kind === 'limit' && !(command.count >= 1 && command.count <= MOST_ROWS))
      throw breaksRule(`limit must be between 1 and ${MOST_ROWS}`, command);
  }
}

function run(
  stages: readonly Stage[],
  events: readonly EventFields[],
  print: (rows: readonly Row[]) => ResultField[][],
): QueryResult {
  let rows: Iterable<Row> = rowsOf(events);
  let recordsMatched: number | undefined;
  let kept: Row[] = [];
  for (const { steps, open } of stages) {
    const sink = open();
    let taken = 0;
    for (const row of rows) {
      if (!steps.every((step) => step(row))) continue;
      taken += 1;
      sink.add(row);
    }
    recordsMatched ??= taken;
    kept = sink.rows();
    rows = kept;
  }
  return { results: print(kept), recordsMatched: recordsMatched ?? 0, recordsScanned: events.length };
}

function* rowsOf(events: readonly EventFields[]): Generator<Row> {
  for (const event of events) yield { event, values: [] };
}

function collecting(finish: (rows: Row[]) => Row[] = (rows) => rows): Sink {
  const rows: Row[] = [];
  return { add: (row) => void rows.push(row), rows: () => finish(rows) };
}

/**
 * Columns of one command all see the row as it was before it: `jsonParse(x) as j, j.name as n` gives no n
 * (README). A plain field needs no computing.
 */
function computing(kind: 'fields' | 'display', columns: readonly Column[], scope: Scope): Step[] {
  const compiled = columns.map((column) => ({ column, evaluate: compileExpression(column.expression, scope) }));
  return compiled.flatMap(({ column: { expression, name, isAlias, ...span }, evaluate }): Step[] => {
    if (expression.kind === 'field' && !isAlias && !(kind === 'fields' && scope.isMade(name))) return [];
    const slot = scope.define(name, span, isAlias || kind === 'fields');
    return [
      (row) => {
        row.values[slot] = evaluate(row);
        return true;
      },
    ];
  });
}

/** "If a log event doesn't match the specified pattern, you still see it in the results, but without the extracted fields." */
function parsing({ path, pattern, names, ...span }: Command & { kind: 'parse' }, scope: Scope): Step {
  const source = scope.field(path, span);
  const slots = names.map((name) => ({ name, slot: scope.define(name, span) }));
  const { parseBeyondFields } = scope.assumptions;
  return (row) => {
    const text = row.event?.partial && !parseBeyondFields ? '' : (asString(source(row)) ?? '');
    const groups = pattern.exec(text)?.groups;
    if (groups) for (const { name, slot } of slots) row.values[slot] = groups[name];
    return true;
  };
}

/**
 * Rows become one row for each combination of `by`: its keys first, then the aggregates, as real results
 * have them (grafana/grafana#96916). Events that lack a key form a group without that field.
 */
function grouping({ by, aggregates }: Command & { kind: 'stats' }, scope: Scope): () => Sink {
  const keys = by.map(({ expression }) => plain(compileExpression(expression, scope), scope));
  const folds = aggregates.map(({ expression }) => compileFold(expression, scope));
  scope.close();
  for (const { name, isAlias, ...span } of [...by, ...aggregates]) scope.define(name, span, isAlias);
  const first = folds.map(({ from }) => from);
  const rowOfNothing = keys.length === 0 && scope.assumptions.statsOfNothing === 'a row';

  return () => {
    const groups = new Map<string, Row>();
    return {
      add(row) {
        const values = keys.map((key) => key(row));
        const id = values.map(identity).join('\u0000');
        const group = groups.get(id) ?? { event: undefined, values: [...values, ...first] };
        groups.set(id, group);
        for (let index = 0, at = keys.length; index < folds.length; index++, at++) {
          const { argument, add } = folds[index] as (typeof folds)[number];
          group.values[at] = add(group.values[at], argument(row));
        }
      },
      rows: () => (groups.size === 0 && rowOfNothing ? [{ event: undefined, values: first }] : [...groups.values()]),
    };
  };
}

/** Equal for values that print the same. */
function identity(value: Value): string {
  if (value instanceof Timestamp) return `\u0002${value.ms}`;
  return value === undefined ? '\u0001' : display(value);
}

function sorting({ keys }: Command & { kind: 'sort' }, scope: Scope): () => Sink {
  const compiled = keys.map(({ expression, descending }) => ({
    evaluate: plain(compileExpression(expression, scope), scope),
    sign: descending ? -1 : 1,
  }));
  return () =>
    collecting((rows) =>
      rows
        .map((row) => ({ row, values: compiled.map(({ evaluate }) => evaluate(row)) }))
        .sort((left, right) => {
          for (const [index, { sign }] of compiled.entries()) {
            const order = compareForSort(left.values[index], right.values[index]);
            if (order !== 0) return order * sign;
          }
          return 0;
        })
        .map(({ row }) => row),
    );
}

function showing(name: string, scope: Scope): Shown {
  return { name, evaluate: scope.field(name.split('.'), { start: 0, end: 0 }) };
}

/** A field without a value is left out of its row; `@ptr` comes last, and not after `stats`. */
function printed(columns: readonly Shown[], row: Row, { numbers }: Assumptions): ResultField[] {
  const line: ResultField[] = [];
  for (const { name, evaluate } of columns) {
    const value = evaluate(row);
    if (value !== undefined) line.push({ field: name, value: display(value, numbers) });
  }
  if (row.event) line.push({ field: '@ptr', value: row.event.pointer });
  return line;
}
