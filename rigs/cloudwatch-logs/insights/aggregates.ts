/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html#CWL_QuerySyntax-stats-functions */
import { NotImplementedByDouble } from '../../aws/service-error.ts';
import { compareForSort } from './compare.ts';
import { compileExpression } from './compile-expression.ts';
import type { Evaluate } from './functions.ts';
import type { Expression } from './parse-expression.ts';
import { breaksRule, QueryRunError } from './query-error.ts';
import type { Scope } from './scope.ts';
import { asNumber, Structure, Timestamp, type Value } from './values.ts';

type Add = (state: Value, value: Value) => Value;

/** What each makes of a group's value so far and the next of its events. */
export const AGGREGATES: Record<string, Add> = {
  count: (state, value) => (state as number) + Number(value !== undefined),
  sum: (state, value) => {
    const number = asNumber(value);
    return number === undefined ? state : ((state ?? 0) as number) + number;
  },
  min: extreme((candidate, best) => candidate < best),
  max: extreme((candidate, best) => candidate > best),
  sortslast: (state, value) => {
    const candidate = value instanceof Timestamp ? value.ms : value;
    return state === undefined || compareForSort(candidate, state) > 0 ? candidate : state;
  },
};

/** Of numbers; of text only where a group has no number. */
function extreme(better: (candidate: number | string, best: number | string) => boolean): Add {
  return (state, value) => {
    const number = asNumber(value);
    if (number !== undefined) return typeof state !== 'number' || better(number, state) ? number : state;
    if (typeof value !== 'string' || typeof state === 'number') return state;
    return state === undefined || better(value, state as string) ? value : state;
  };
}

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
