import { NotImplementedByDouble } from '../../aws/service-error.ts';
import type { Assumptions } from '../assumptions.ts';
import { AGGREGATES } from './aggregates.ts';
import type { BinaryOperator, Expression, Period } from './ast.ts';
import { compare } from './compare.ts';
import { breaksRule } from './compile-error.ts';
import { asString } from './display.ts';
import { asOperand, FUNCTIONS_NOT_HERE, functionNamed } from './functions.ts';
import { fieldAt, fieldOf, member, type Row } from './row.ts';
import { ceilTime, floorTime } from './time.ts';
import { asNumber, isTrue, Timestamp, type Value } from './values.ts';

export type Evaluate = (row: Row) => Value;

/** What an expression may depend on besides a row. */
export interface Scope {
  /** Of the query's start: `now()`. */
  nowMs: number;
  range: { startMs: number; endMs: number };
  assumptions: Assumptions;
  /**
   * Columns that `stats` made: `sum(x)` after it is the column of that name.
   * Undefined before the first, where any name may be a field.
   */
  columns: ReadonlySet<string> | undefined;
  /** Gives an aggregate function its place in a group; absent where aggregates make no sense. */
  aggregate?: (call: Expression & { kind: 'call' }) => Evaluate | undefined;
}

/** Names of columns are compared without their spaces and in lower case. */
export function normalized(name: string): string {
  return name.replace(/\s+/g, '').toLowerCase();
}

export function compileExpression(expression: Expression, scope: Scope): Evaluate {
  const column = expression.kind === 'field' ? undefined : columnNamed(expression, scope);
  if (column !== undefined) return (row) => fieldOf(row, column);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'field': {
      const { path, text } = expression;
      return path.length === 1 ? (row) => fieldOf(row, text) : fieldAt(path, text);
    }
    case 'access':
      return compileAccess(expression, scope);
    case 'call':
      return compileCall(expression, scope);
    case 'not': {
      const operand = compileExpression(expression.operand, scope);
      return (row) => Number(!isTrue(operand(row)));
    }
    case 'negate': {
      const operand = compileExpression(expression.operand, scope);
      return (row) => negated(operand(row));
    }
    case 'binary':
      return compileBinary(expression, scope);
    case 'in':
      return compileIn(expression, scope);
    case 'like':
      return compileLike(expression, scope);
    case 'star':
    case 'period':
      throw breaksRule(`unexpected symbol found ${expression.text}`, expression.span);
  }
}

function columnNamed(expression: Expression, { columns }: Scope): string | undefined {
  if (!columns) return undefined;
  const wanted = normalized(expression.text);
  return [...columns].find((name) => normalized(name) === wanted);
}

function negated(value: Value): Value {
  const number = asNumber(value);
  return number === undefined ? undefined : -number;
}

function compileAccess(expression: Expression & { kind: 'access' }, scope: Scope): Evaluate {
  const base = compileExpression(expression.base, scope);
  const { key } = expression;
  return (row) => member(base(row), key);
}

function compileBinary(expression: Expression & { kind: 'binary' }, scope: Scope): Evaluate {
  const { operator } = expression;
  const left = compileExpression(expression.left, scope);
  const right = compileExpression(expression.right, scope);
  if (operator === 'and') return (row) => Number(isTrue(left(row)) && isTrue(right(row)));
  if (operator === 'or') return (row) => Number(isTrue(left(row)) || isTrue(right(row)));
  const compute = ARITHMETIC[operator];
  if (compute)
    return (row) =>
      arithmetic(compute, asOperand(left(row), scope.assumptions), asOperand(right(row), scope.assumptions));
  const comparison = operator as '=' | '!=' | '<' | '<=' | '>' | '>=';
  const { missingIsNotEqual } = scope.assumptions;
  return (row) => Number(compare(comparison, left(row), right(row), missingIsNotEqual));
}

const ARITHMETIC: Partial<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': (left, right) => left ** right,
};

/** Nothing comes of a missing operand, or of a division by zero. */
function arithmetic(
  compute: (left: number, right: number) => number,
  left: number | undefined,
  right: number | undefined,
): Value {
  if (left === undefined || right === undefined) return undefined;
  const result = compute(left, right);
  return Number.isFinite(result) ? result : undefined;
}

function compileIn(expression: Expression & { kind: 'in' }, scope: Scope): Evaluate {
  const value = compileExpression(expression.value, scope);
  const list = expression.list.map((item) => compileExpression(item, scope));
  const { negated: not } = expression;
  return (row) => {
    const wanted = value(row);
    return Number(list.some((item) => compare('=', wanted, item(row))) !== not);
  };
}

function compileLike(expression: Expression & { kind: 'like' }, scope: Scope): Evaluate {
  const { pattern, negated: not } = expression;
  const value = compileExpression(expression.value, scope);
  if (pattern instanceof RegExp) return (row) => Number(matches(pattern, asString(value(row))) !== not);
  const substring = compileExpression(pattern, scope);
  return (row) => Number(includes(asString(value(row)), asString(substring(row))) !== not);
}

function matches(pattern: RegExp, text: string | undefined): boolean {
  return text !== undefined && pattern.test(text);
}

function includes(text: string | undefined, part: string | undefined): boolean {
  return text !== undefined && part !== undefined && text.includes(part);
}

function compileCall(expression: Expression & { kind: 'call' }, scope: Scope): Evaluate {
  const { name, args, span } = expression;
  const special = SPECIAL[name];
  if (special) return special(expression, scope);
  const aggregate = scope.aggregate?.(expression);
  if (aggregate) return aggregate;
  const definition = functionNamed(name, scope.assumptions);
  if (!definition) {
    if (Object.hasOwn(AGGREGATES, name))
      throw breaksRule(`No aggregation function expression allowed: ${normalized(expression.text)}`, span);
    if (FUNCTIONS_NOT_HERE.has(name)) throw new NotImplementedByDouble(`the function ${name}`);
    throw breaksRule(`Unknown function: ${name}`, span);
  }
  if (args.length < definition.least || args.length > definition.most)
    throw breaksRule(`Invalid arguments for: ${name}`, span);
  const compiled = args.map((arg) => compileExpression(arg, scope));
  return (row) =>
    definition.evaluate(
      compiled.map((arg) => arg(row)),
      scope.assumptions,
    );
}

type Compile = (expression: Expression & { kind: 'call' }, scope: Scope) => Evaluate;

const SPECIAL: Record<string, Compile> = {
  // "The bin function always implicitly uses the @timestamp field."
  bin: (call) => truncated(call, (row) => fieldOf(row, '@timestamp'), call.args[0], floorTime),
  datefloor: (call, scope) => truncated(call, timeOf(call, scope), call.args[1], floorTime),
  dateceil: (call, scope) => truncated(call, timeOf(call, scope), call.args[1], ceilTime),
  now: (_, scope) => constant(Math.floor(scope.nowMs / 1000)),
  querystarttime: (_, scope) => constant(scope.range.startMs),
  queryendtime: (_, scope) => constant(scope.range.endMs),
  querytimerange: (_, scope) => constant(scope.range.endMs - scope.range.startMs),
};

function constant(value: number): Evaluate {
  return () => value;
}

function timeOf(call: Expression & { kind: 'call' }, scope: Scope): Evaluate {
  const [time] = call.args;
  if (!time) throw breaksRule(`Invalid arguments for: ${call.name}`, call.span);
  return compileExpression(time, scope);
}

function truncated(
  call: Expression & { kind: 'call' },
  time: Evaluate,
  period: Expression | undefined,
  truncate: (ms: number, period: Period) => number,
): Evaluate {
  if (period?.kind !== 'period') throw breaksRule(`Invalid arguments for: ${call.name}`, call.span);
  const known = new Map<number, Timestamp>();
  return (row) => {
    const ms = asNumber(time(row));
    if (ms === undefined) return undefined;
    const bottom = truncate(ms, period.period);
    const timestamp = known.get(bottom) ?? new Timestamp(bottom);
    known.set(bottom, timestamp);
    return timestamp;
  };
}
