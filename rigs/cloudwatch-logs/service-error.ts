/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '../aws/service-error.ts';

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

/** Errors that come from behind the service's front have this at their end (README). */
export function fromBackend(type: string, message: string, details: Record<string, unknown> = {}): ServiceError {
  const trailer = `(Service: AWSLogs; Status Code: 400; Error Code: ${type}; Request ID: ${randomUUID()}; Proxy: null)`;
  return new ServiceError(type, `${message} ${trailer}`, 400, details);
}

export function invalidToken(): ServiceError {
  return invalidParameter('The specified nextToken is invalid.');
}

/** As people report it. */
export function concurrencyReached(limit: number): ServiceError {
  return new ServiceError('LimitExceededException', `Account maximum query concurrency limit of [${limit}] reached.`);
}
