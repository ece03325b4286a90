import { asNumber, asString, Structure, Timestamp, type Value } from './values.ts';

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

const HOLDS: Record<Comparison, (left: string | number, right: string | number) => boolean> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/**
 * Numbers when one side is one and the other looks like one, else text.
 * "Comparing map and list to any other fields result in false" (Structure types).
 */
export function compare(operator: Comparison, left: Value, right: Value, missingIsNotEqual = true): boolean {
  if (left === undefined || right === undefined) return missingIsNotEqual && operator === '!=' && left !== right;
  if (left instanceof Structure || right instanceof Structure) return false;
  if (!isNumeric(left) && !isNumeric(right)) return HOLDS[operator](asString(left) ?? '', asString(right) ?? '');
  const [leftNumber, rightNumber] = [asNumber(left), asNumber(right)];
  if (leftNumber === undefined || rightNumber === undefined) return operator === '!=';
  return HOLDS[operator](leftNumber, rightNumber);
}

function isNumeric(value: Value): boolean {
  return typeof value === 'number' || value instanceof Timestamp;
}

/**
 * "An updated version of natural sorting": non-number values before number values; chunks of digits by length, then value; the rest by
 * Unicode. Where nulls go is not documented: here they are the smallest.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
 */
export function compareForSort(left: Value, right: Value): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  const leftNumber = asNumber(left);
  const rightNumber = asNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber - rightNumber;
  if (leftNumber !== undefined || rightNumber !== undefined) return leftNumber === undefined ? -1 : 1;
  return compareNaturally(asString(left) ?? '', asString(right) ?? '');
}

function compareNaturally(left: string, right: string): number {
  if (left === right) return 0;
  const leftChunks = left.match(/\d+|\D+/g) ?? [];
  const rightChunks = right.match(/\d+|\D+/g) ?? [];
  for (const [index, chunk] of leftChunks.entries()) {
    const other = rightChunks[index];
    if (other === undefined) return 1;
    const order = compareChunks(chunk, other);
    if (order !== 0) return order;
  }
  return leftChunks.length - rightChunks.length;
}

function compareChunks(left: string, right: string): number {
  const bothDigits = /^\d/.test(left) && /^\d/.test(right);
  if (bothDigits && left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : Number(left > right);
}
