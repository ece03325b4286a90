/**
 * "An updated version of natural sorting": non-number values before number values; chunks of digits by
 * length, then value; the rest by Unicode.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
 */
import { asString } from './display.ts';
import { asNumber, type Value } from './values.ts';

/** Where nulls go is not documented: here they are the smallest. */
export function compareForSort(left: Value, right: Value): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  const leftNumber = asNumber(left);
  const rightNumber = asNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber - rightNumber;
  if (leftNumber !== undefined || rightNumber !== undefined) return leftNumber === undefined ? -1 : 1;
  return compareNaturally(asString(left) ?? '', asString(right) ?? '');
}

function compareNaturally(left: string, right: string): number {
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
