import { AGGREGATES } from './aggregates.ts';
import { type Comparison, compare } from './compare.ts';
import { asOperand, type Evaluate, finite, functionNamed } from './functions.ts';
import { refuseNotHere } from './not-here.ts';
import type { BinaryOperator, Expression } from './parse-expression.ts';
import { breaksRule } from './query-error.ts';
import type { Scope } from './scope.ts';
import { asNumber, asString, isTrue, within } from './values.ts';

/** @throws QueryCompileError, NotImplementedByDouble */
export function compileExpression(expression: Expression, scope: Scope): Evaluate {
  const compile = (inner: Expression) => compileExpression(inner, scope);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'field':
      return scope.field(expression.path, expression);
    case 'member': {
      const base = compile(expression.base);
      const path = [expression.key];
      return (row) => within(base(row), path);
    }
    case 'call':
      return compileCall(expression, scope);
    case 'not': {
      const operand = compile(expression.operand);
      return (row) => Number(!isTrue(operand(row)));
    }
    case 'negate': {
      const operand = compile(expression.operand);
      return (row) => {
        const number = asNumber(operand(row));
        return number === undefined ? undefined : -number;
      };
    }
    case 'binary':
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right), scope);
    case 'in': {
      const value = compile(expression.value);
      const list = expression.list.map(compile);
      return (row) => {
        const wanted = value(row);
        return Number(list.some((item) => compare('=', wanted, item(row))));
      };
    }
    case 'like': {
      const { pattern, negated } = expression;
      const value = compile(expression.value);
      return (row) => {
        const text = asString(value(row));
        return Number((text !== undefined && pattern.test(text)) !== negated);
      };
    }
  }
}

const ARITHMETIC: Partial<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
};

function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate, { assumptions }: Scope): Evaluate {
  if (operator === 'and') return (row) => Number(isTrue(left(row)) && isTrue(right(row)));
  if (operator === 'or') return (row) => Number(isTrue(left(row)) || isTrue(right(row)));
  const compute = ARITHMETIC[operator];
  if (!compute)
    return (row) => Number(compare(operator as Comparison, left(row), right(row), assumptions.missingIsNotEqual));
  // Nothing comes of a missing operand, or of a division by zero.
  return (row) => {
    const [one, other] = [asOperand(left(row), assumptions), asOperand(right(row), assumptions)];
    return one === undefined || other === undefined ? undefined : finite(compute(one, other));
  };
}

function compileCall(call: Expression & { kind: 'call' }, scope: Scope): Evaluate {
  const { name, args, text } = call;
  const definition = functionNamed(name, scope.assumptions);
  if (!definition) {
    if (Object.hasOwn(AGGREGATES, name))
      throw breaksRule(`No aggregation function expression allowed: ${text.replace(/\s+/g, '').toLowerCase()}`, call);
    refuseNotHere(name);
    throw breaksRule(`Unknown function: ${name}`, call);
  }
  if (args.length < definition.least || args.length > definition.most)
    throw breaksRule(`Invalid arguments for: ${name}`, call);
  const compiled = args.map((arg) => compileExpression(arg, scope));
  return definition.compile(compiled, scope.assumptions);
}
