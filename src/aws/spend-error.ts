import { SpendError, throwIfCancelled } from '../domain/errors.ts';
import { fromSystem, type SystemRefusal, systemRefusal } from '../domain/system-error.ts';
import { awsErrorKind } from './error-kind.ts';

/** What was asked of AWS, for messages. */
export interface Asked {
  /** The service by its name: `CloudWatch Logs`. */
  service: string;
  /** What of it, in words that name no account: `/aws/bedrock/invocations in us-east-1`. */
  place: string;
  /** What to say when it does not exist, with what to do. */
  missing: string;
}

/** Says in our words what an AWS call failed of, and what to do. Errors that are ours already stay as they are. */
export function spendErrorFromAws(error: unknown, asked: Asked, signal?: AbortSignal): Error {
  throwIfCancelled(signal);
  if (error instanceof SpendError || !(error instanceof Error)) return error as Error;
  const { name, message } = error;
  const { service, place } = asked;
  const make = (code: ConstructorParameters<typeof SpendError>[0], words: string) =>
    // Not the error itself: it holds the request, with its session token.
    new SpendError(code, words, { cause: new Error(name) });
  // The SDK's own words, which have no name: https://github.com/smithy-lang/smithy-typescript/tree/main/packages/config-resolver/src/regionConfig
  if (/^Region not accepted: region="[^"]/.test(message)) return make('INVALID_SETTING', WRONG_REGION);
  if (/^Region (is missing|not accepted)/.test(message)) return make('INVALID_SETTING', NO_REGION);
  switch (awsErrorKind(error)) {
    case 'credentials':
      return make(
        'INVALID_CREDENTIALS',
        `The AWS credentials for ${place} are missing, wrong or have expired (${name}). Sign in again, for example with "aws sso login".`,
      );
    case 'denied':
      return make(
        'ACCESS_DENIED',
        `AWS refused to query ${place}: ${actionFrom(message)} is not allowed for these credentials. Add it to their policy.`,
      );
    case 'missing':
      return make('SOURCE_NOT_FOUND', asked.missing);
    case 'busy':
      return make(
        'UPSTREAM_BUSY',
        `${service} did not answer for ${place} after several attempts (${name}). Ask again in a minute.`,
      );
    case 'unreachable': {
      const { what, says, system, advice } = systemRefusal(error) as SystemRefusal;
      const at = what === undefined ? '' : ` at ${what}`;
      return make(
        'UPSTREAM_UNREACHABLE',
        `${service} cannot be reached for ${place}${at}: ${says} (${system}). ${advice}`,
      );
    }
    case 'system':
      return fromSystem(error) as Error;
    case 'other':
      return make(
        'QUERY_FAILED',
        `The query over ${place} failed: ${name}. Ask again, for a shorter period if it goes on.`,
      );
  }
}

const WRONG_REGION = 'The AWS region that is set (AWS_REGION, or the profile’s) is none. Write it like us-east-1.';
const NO_REGION = 'No AWS region is set. Name one in the source (?region=us-east-1), or set AWS_REGION.';

/** The action is all of the message that is shown: the rest names accounts and people. */
function actionFrom(message: string): string {
  return /\b[a-z0-9-]+:[A-Z][A-Za-z0-9]+\b/.exec(message)?.[0] ?? 'the action';
}
