import type { Assumptions } from '../assumptions.ts';
import type { Command, Expression, Query } from './ast.ts';
import { compileExpression, type Evaluate, type Scope } from './compile-expression.ts';
import { display } from './display.ts';
import { fieldAt, type Row } from './row.ts';
import { compileParse, computeColumns, dedupBy, limitTo, type Stage, sortBy, unnestInto } from './stages.ts';
import { compileStats } from './stats.ts';
import { isTrue } from './values.ts';

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

/** Runs over rows, the newest first. */
export type CompiledQuery = (rows: Row[]) => QueryResult;

/** "The query results display the @timestamp field and all log data in the @message field." */
const DEFAULT_FIELDS = ['@timestamp', '@message'];

/** How much `limit any` looks at before it counts what it has: 373 records were scanned for 3 (README). */
const CHUNK = 100;

interface Plan {
  scope: Scope;
  stages: { stage: Stage; isFilter: boolean }[];
  shown: string[] | undefined;
  /** `display` decides what is shown, whatever `fields` says. */
  displayed: boolean;
}

/** @param limit rows at most, whatever the query says. @throws QueryCompileError, NotImplementedByDouble */
export function compileQuery(
  query: Query,
  context: Omit<Scope, 'columns' | 'aggregate'>,
  limit: number,
): CompiledQuery {
  const plan: Plan = { scope: { ...context, columns: undefined }, stages: [], shown: undefined, displayed: false };
  for (const command of query.commands) addStage(plan, command);
  const print = printer(plan.shown ?? DEFAULT_FIELDS, context.assumptions);
  const enough = earlyStop(query, limit);
  return (rows) => {
    const { kept, recordsMatched, recordsScanned } = run(plan.stages, rows, enough);
    return { results: kept.slice(0, limit).map(print), recordsMatched, recordsScanned };
  };
}

function addStage(plan: Plan, command: Command): void {
  const stage = stageOf(command, plan.scope);
  if (stage) plan.stages.push({ stage, isFilter: command.kind === 'filter' && !plan.scope.columns });
  if (command.kind === 'fields' || command.kind === 'display')
    show(
      plan,
      command.kind,
      command.columns.map(({ name }) => name),
    );
  if (command.kind === 'stats') {
    plan.shown = [...command.by, ...command.aggregates].map(({ name }) => name);
    plan.scope = { ...plan.scope, columns: new Set(plan.shown) };
    plan.displayed = false;
  }
}

function stageOf(command: Command, scope: Scope): Stage | undefined {
  const compile = (expression: Expression): Evaluate => compileExpression(expression, scope);
  switch (command.kind) {
    case 'source':
      return undefined;
    case 'fields':
    case 'display':
      return computeColumns(command.columns.map((column) => ({ ...column, evaluate: compile(column.expression) })));
    case 'filter': {
      const condition = compile(command.condition);
      return (rows) => rows.filter((row) => isTrue(condition(row)));
    }
    case 'stats':
      return compileStats(command, scope);
    case 'sort':
      return sortBy(
        command.keys.map((key) => ({ ...key, evaluate: compile(key.expression) })),
        scope.assumptions,
      );
    case 'limit':
      return limitTo(command.count);
    case 'parse':
      return compileParse(command.mode, compile(command.source), scope.assumptions);
    case 'dedup':
      return dedupBy(command.keys.map(compile), scope.assumptions);
    case 'unnest':
      return unnestInto(compile(command.source), command.name);
  }
}

/**
 * "If your query contains multiple fields commands and doesn't include a display command, you'll display all of
 * the fields"; of display, "only the fields you specify in the last occurrence are used".
 */
function show(plan: Plan, kind: 'fields' | 'display', names: string[]): void {
  if (kind === 'display') {
    plan.shown = names;
    plan.displayed = true;
  } else if (!plan.displayed) plan.shown = [...new Set([...(plan.shown ?? []), ...names])];
}

/** `limit any N` "completes early once enough results are found"; not where later rows could change earlier ones. */
function earlyStop({ commands }: Query, limit: number): number {
  const any = commands.find((command) => command.kind === 'limit' && command.any);
  const needsAll = commands.some(({ kind }) => kind === 'stats' || kind === 'sort' || kind === 'dedup');
  return any?.kind === 'limit' && !needsAll ? Math.min(any.count, limit) : Number.POSITIVE_INFINITY;
}

interface Run {
  kept: Row[];
  recordsMatched: number;
  recordsScanned: number;
}

function run(stages: Plan['stages'], rows: Row[], enough: number): Run {
  if (!Number.isFinite(enough)) return runOver(stages, rows);
  const total: Run = { kept: [], recordsMatched: 0, recordsScanned: 0 };
  while (total.kept.length < enough && total.recordsScanned < rows.length) {
    const chunk = runOver(stages, rows.slice(total.recordsScanned, total.recordsScanned + CHUNK));
    total.kept.push(...chunk.kept);
    total.recordsMatched += chunk.recordsMatched;
    total.recordsScanned += chunk.recordsScanned;
  }
  return { ...total, kept: total.kept.slice(0, enough) };
}

function runOver(stages: Plan['stages'], rows: Row[]): Run {
  let kept = rows;
  let recordsMatched = rows.length;
  for (const { stage, isFilter } of stages) {
    kept = stage(kept);
    if (isFilter) recordsMatched = kept.length;
  }
  return { kept, recordsMatched, recordsScanned: rows.length };
}

/** A field without a value is left out of its row; `@ptr` comes last, and not after `stats`. */
function printer(names: string[], { numbers }: Assumptions): (row: Row) => ResultField[] {
  const fields = names.map((name) => ({ name, valueIn: fieldAt(name.split('.'), name) }));
  return (row) => {
    const line: ResultField[] = [];
    for (const { name, valueIn } of fields) {
      const value = valueIn(row);
      if (value !== undefined) line.push({ field: name, value: display(value, numbers) });
    }
    if (row.pointer !== undefined) line.push({ field: '@ptr', value: row.pointer });
    return line;
  };
}
