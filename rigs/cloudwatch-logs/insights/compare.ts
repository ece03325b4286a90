import { asString } from './display.ts';
import { asNumber, Structure, Timestamp, type Value } from './values.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * Numbers when one side is one and the other looks like one, else text.
 * "Comparing map and list to any other fields result in false" (Structure types).
 */
export function compare(operator: Comparison, left: Value, right: Value, missingIsNotEqual = true): boolean {
  if (left === undefined || right === undefined) return missingIsNotEqual && operator === '!=' && left !== right;
  if (left instanceof Structure || right instanceof Structure) return false;
  if (isNumeric(left) || isNumeric(right)) return compareNumbers(operator, asNumber(left), asNumber(right));
  return holds(operator, asString(left) ?? '', asString(right) ?? '');
}

function isNumeric(value: Value): boolean {
  return typeof value === 'number' || value instanceof Timestamp;
}

function compareNumbers(operator: Comparison, left: number | undefined, right: number | undefined): boolean {
  if (left === undefined || right === undefined) return operator === '!=';
  return holds(operator, left, right);
}

function holds<T extends string | number>(operator: Comparison, left: T, right: T): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
