import { randomUUID } from 'node:crypto';

/** An error as the service answers it: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
export class ServiceError extends Error {
  readonly type: string;
  readonly status: number;
  /** Further members of the body. */
  readonly details: Record<string, unknown>;

  constructor(type: string, message: string, status = 400, details: Record<string, unknown> = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.details = details;
  }
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

/** Errors that come from behind the service's front have this at their end (README). */
export function fromBackend(type: string, message: string, details: Record<string, unknown> = {}): ServiceError {
  const trailer = `(Service: AWSLogs; Status Code: 400; Error Code: ${type}; Request ID: ${randomUUID()}; Proxy: null)`;
  return new ServiceError(type, `${message} ${trailer}`, 400, details);
}

export function groupNotFound(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
}
