import { NotImplementedByDouble } from '../../aws/service-error.ts';
import { type Add, AGGREGATES } from './aggregates.ts';
import { compileExpression } from './compile-expression.ts';
import type { Evaluate } from './functions.ts';
import type { Expression } from './parse-expression.ts';
import { breaksRule, QueryRunError } from './query-error.ts';
import type { Scope } from './scope.ts';
import { Structure, type Value } from './values.ts';

/** One aggregate of a `stats`. */
export interface Fold {
  from: Value;
  argument: Evaluate;
  add: Add;
}

/** @throws QueryCompileError, NotImplementedByDouble */
export function compileFold(expression: Expression, scope: Scope): Fold {
  if (expression.kind === 'field')
    throw breaksRule(`stats needs an aggregation function, found ${expression.text}`, expression);
  const name = expression.kind === 'call' ? expression.name : '';
  const add = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
  if (expression.kind !== 'call' || !add)
    throw new NotImplementedByDouble(`${expression.text} as a column of stats: the aggregates alone`);
  const [argument, ...more] = expression.args;
  if (more.length > 0 || (!argument && name !== 'count'))
    throw breaksRule(`Invalid arguments for: ${name}`, expression);
  const sumOfNothing = scope.assumptions.sumOfNothing === 'zero' ? 0 : undefined;
  return {
    from: name === 'count' ? 0 : name === 'sum' ? sumOfNothing : undefined,
    argument: argument ? plain(compileExpression(argument, scope), scope) : () => 1,
    add,
  };
}

/** "Using map and list in `dedup`, `pattern`, `sort`, and `stats` isn't supported" (Structure types). */
export function plain(evaluate: Evaluate, { assumptions }: Scope): Evaluate {
  return (row) => {
    const value = evaluate(row);
    if (!(value instanceof Structure)) return value;
    if (assumptions.structuresInStats === 'fails') throw new QueryRunError('a map or list in stats or sort');
    return undefined;
  };
}
