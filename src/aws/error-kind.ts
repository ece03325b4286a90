import { systemRefusal } from '../domain/system-error.ts';

/** What an AWS call failed of, by the error's name: all that SDK clients of different services have in common. */
export type AwsErrorKind = 'credentials' | 'denied' | 'missing' | 'busy' | 'unreachable' | 'system' | 'other';

const KINDS: Readonly<Record<string, AwsErrorKind>> = {
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  AuthFailure: 'credentials',
  IncompleteSignature: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  RequestExpired: 'credentials',
  UnauthorizedException: 'credentials',
  ExpiredTokenException: 'credentials',
  ExpiredToken: 'credentials',
  InvalidAccessKeyId: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidToken: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidSignatureException: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  UnauthorizedOperation: 'denied',
  ResourceNotFoundException: 'missing',
  NoSuchBucket: 'missing',
  ThrottlingException: 'busy',
  LimitExceededException: 'busy',
  SlowDown: 'busy',
  ServiceUnavailable: 'busy',
  ServiceUnavailableException: 'busy',
  InternalError: 'busy',
  InternalFailure: 'busy',
  RequestTimeout: 'busy',
  TimeoutError: 'busy',
  TooManyRequestsException: 'busy',
  Throttling: 'busy',
  InternalServerException: 'busy',
  InternalServiceException: 'busy',
};

export function awsErrorKind(error: Error & { $retryable?: unknown }): AwsErrorKind {
  const known = KINDS[error.name];
  if (known) return known;
  const refusal = systemRefusal(error);
  if (refusal) return refusal.code === 'UPSTREAM_UNREACHABLE' ? 'unreachable' : 'system';
  return error.$retryable ? 'busy' : 'other';
}
