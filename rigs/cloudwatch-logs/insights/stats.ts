import { AGGREGATES, type Aggregate } from './aggregates.ts';
import type { Column, Command, Expression } from './ast.ts';
import { breaksRule, QueryRunError } from './compile-error.ts';
import { compileExpression, type Evaluate, type Scope } from './compile-expression.ts';
import { display } from './display.ts';
import { fieldOf, type Row, withFields } from './row.ts';
import { asNumber, Structure, Timestamp, type Value } from './values.ts';

/** Where an aggregate function stands in the expressions of one `stats`. */
interface Slot {
  create(): Aggregate;
  argument: Evaluate;
}

interface Group {
  keys: Value[];
  aggregates: Aggregate[];
}

const NO_FIELDS: ReadonlyMap<string, Value> = new Map();

/**
 * Rows become one row for each combination of `by`: its keys first, then the aggregates, as real results
 * have them (grafana/grafana#96916). Events that lack a key form a group without that field.
 */
export function compileStats(command: Command & { kind: 'stats' }, scope: Scope): (rows: Row[]) => Row[] {
  const { slots, outputs } = compileOutputs(command.aggregates, scope);
  const keys = command.by.map(({ expression, name }) => ({ name, evaluate: compileExpression(expression, scope) }));

  function groupOf(groups: Map<string, Group>, row: Row): Group {
    const values = keys.map((key) => plain(key.evaluate(row), scope.assumptions));
    const id = values.map(identity).join('\u0000');
    let group = groups.get(id);
    if (!group) {
      group = { keys: values, aggregates: slots.map((slot) => slot.create()) };
      groups.set(id, group);
    }
    return group;
  }

  function output(group: Group): Row {
    const named = keys.map(({ name }, index) => [name, group.keys[index]] as const);
    let row: Row = withFields({ found: NO_FIELDS, made: undefined, pointer: undefined, partial: false }, named);
    const results = group.aggregates.map((aggregate) => aggregate.result());
    for (const { name, evaluate } of outputs) row = withFields(row, [[name, evaluate(row, results)]]);
    return row;
  }

  return (rows) => {
    const groups = new Map<string, Group>();
    for (const row of rows) {
      const { aggregates } = groupOf(groups, row);
      const at = asNumber(fieldOf(row, '@timestamp')) ?? 0;
      for (const [index, slot] of slots.entries())
        aggregates[index]?.add(plain(slot.argument(row), scope.assumptions), at);
    }
    if (groups.size === 0 && keys.length === 0 && scope.assumptions.statsOfNothing === 'a row')
      return [output({ keys: [], aggregates: slots.map((slot) => slot.create()) })];
    return [...groups.values()].map(output);
  };
}

/** "Using map and list in `dedup`, `pattern`, `sort`, and `stats` isn't supported" (Structure types). */
export function plain(value: Value, { structuresInStats }: Scope['assumptions']): Value {
  if (!(value instanceof Structure)) return value;
  if (structuresInStats === 'fails') throw new QueryRunError('a map or list in stats, sort or dedup');
  return undefined;
}

/** Equal for values that print the same. */
function identity(value: Value): string {
  if (value instanceof Timestamp) return `\u0002${value.ms}`;
  return value === undefined ? '\u0001' : display(value);
}

interface Output {
  name: string;
  evaluate(row: Row, results: Value[]): Value;
}

/** An output may use the one before it: `max(a) as x, min(a) as y, x - y as z` is in AWS's samples. */
function compileOutputs(columns: Column[], scope: Scope): { slots: Slot[]; outputs: Output[] } {
  const slots: Slot[] = [];
  let results: Value[] = [];
  const { aggregate: _, ...inner } = scope;
  const aggregate = (call: Expression & { kind: 'call' }): Evaluate | undefined => {
    const slot = compileSlot(call, inner);
    if (!slot) return undefined;
    const index = slots.push(slot) - 1;
    return () => results[index];
  };
  const known = new Set<string>();
  const outputs = columns.map(({ expression, name }) => {
    const bare = bareField(expression, known);
    if (bare) throw breaksRule(`stats needs an aggregation function, found ${bare.text}`, bare.span);
    const evaluate = compileExpression(expression, { ...inner, columns: new Set(known), aggregate });
    known.add(name);
    return {
      name,
      evaluate(row: Row, groupResults: Value[]) {
        results = groupResults;
        return evaluate(row);
      },
    };
  });
  return { slots, outputs };
}

/** A field outside of any aggregate that is no output either: there is no one value of it in a group. */
function bareField(expression: Expression, outputs: ReadonlySet<string>): Expression | undefined {
  if (outputs.has(expression.text)) return undefined;
  if (expression.kind === 'field') return expression;
  if (expression.kind === 'call' && Object.hasOwn(AGGREGATES, expression.name)) return undefined;
  return children(expression)
    .map((child) => bareField(child, outputs))
    .find((found) => found);
}

export function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'call':
      return expression.args;
    case 'binary':
      return [expression.left, expression.right];
    case 'not':
    case 'negate':
      return [expression.operand];
    case 'access':
      return [expression.base];
    case 'in':
      return [expression.value, ...expression.list];
    case 'like':
      return expression.pattern instanceof RegExp ? [expression.value] : [expression.value, expression.pattern];
    default:
      return [];
  }
}

function compileSlot(call: Expression & { kind: 'call' }, scope: Scope): Slot | undefined {
  const create = Object.hasOwn(AGGREGATES, call.name) ? AGGREGATES[call.name] : undefined;
  if (!create) return undefined;
  const [argument, parameter] = call.args;
  if (call.name === 'count' && (!argument || argument.kind === 'star'))
    return { create: () => create(0, undefined), argument: () => 1 };
  if (!argument || (call.name === 'pct' && parameter?.kind !== 'literal'))
    throw breaksRule(`Invalid arguments for: ${call.name}`, call.span);
  const percent = parameter?.kind === 'literal' ? Number(parameter.value) : 0;
  const sumOfNothing = scope.assumptions.sumOfNothing === 'zero' ? 0 : undefined;
  return { create: () => create(percent, sumOfNothing), argument: compileExpression(argument, scope) };
}
