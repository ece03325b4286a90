import type { Dimension, Filter } from '../../domain/dimension.ts';
import { SpendError } from '../../domain/errors.ts';
import { ERROR_STATUS } from './groups.ts';

const UNKNOWN: readonly Dimension[] = [
  'principal',
  'session',
  'caller',
  'operation',
  'inference_region',
  'stop_reason',
];
const STATUSES: readonly string[] = ['ok', ...Object.values(ERROR_STATUS)];

const isUnknown = (dimension: Dimension) => UNKNOWN.includes(dimension) || dimension.startsWith('metadata.');

/** What metrics cannot be asked for. */
export function noRequests(): SpendError {
  return new SpendError(
    'SOURCE_UNSUPPORTED',
    'CloudWatch metrics know sums and no single requests. Take the invocation logs as the source; "bedrock-spend doctor" says where they are.',
  );
}

/**
 * Refuses filters that metrics cannot apply: "nothing matches" would be an answer, and a wrong one.
 * @throws SpendError INVALID_ARGUMENT
 */
export function checkFilters(where: readonly Filter[]): void {
  const unknown = where.map(({ dimension }) => dimension).filter(isUnknown);
  if (unknown.length > 0) {
    throw new SpendError(
      'INVALID_ARGUMENT',
      `CloudWatch metrics cannot be filtered by ${unknown.join(', ')}: they count calls by model and tier, and know no people. Ask the invocation logs (files or cloudwatch:LOG-GROUP as the source).`,
    );
  }
  const status = where
    .find(({ dimension }) => dimension === 'status')
    ?.values.find((value) => !STATUSES.includes(value));
  if (status !== undefined) {
    throw new SpendError(
      'INVALID_ARGUMENT',
      `CloudWatch metrics do not tell the status "${status}", only ${STATUSES.join(', ')}. Ask the invocation logs for others.`,
    );
  }
}

/** Says which of the asked dimensions is (none) because metrics do not have it, not because nobody gave it. */
export function unknownDimensionsNote(by: readonly Dimension[]): string[] {
  const unknown = by.filter(isUnknown);
  if (unknown.length === 0) return [];
  return [`CloudWatch metrics do not tell ${unknown.join(', ')}: (none) here means unknown. Invocation logs tell it.`];
}
