import { awsErrorKind } from '../../../aws/error-kind.ts';
import { spendErrorFromAws } from '../../../aws/spend-error.ts';
import { SpendError, throwIfCancelled } from '../../../domain/errors.ts';

/** What each of the two calls needs; a bucket's KMS key has a policy of its own. */
const NEEDED = {
  list: 's3:ListBucket on the bucket',
  read: 's3:GetObject on its objects and, where they are encrypted with a KMS key, kms:Decrypt on that key',
};

/**
 * Says in our words what a call to S3 failed of.
 * @param place `s3://BUCKET/…`
 */
export function bucketError(error: unknown, place: string, call: keyof typeof NEEDED, signal?: AbortSignal): Error {
  throwIfCancelled(signal);
  const missing = `There is no bucket of that name: ${place}. Check it with "aws s3 ls".`;
  if (!(error instanceof Error)) return error as Error;
  if (error.name === 'NoSuchBucket') return new SpendError('SOURCE_NOT_FOUND', missing);
  // S3 mostly says no more than "Access Denied".
  if (awsErrorKind(error) === 'denied') {
    return new SpendError(
      'ACCESS_DENIED',
      `AWS refused to ${call} ${place}. These credentials need ${NEEDED[call]}; the bucket's policy must allow them as well when it is in another account.`,
      { cause: new Error(error.name) },
    );
  }
  return spendErrorFromAws(error, { service: 'S3', place, missing }, signal);
}
