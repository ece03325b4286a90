/** An error as the service answers it: https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html */
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

/** Both codes are in the bodies that people recorded (README). */
export function invalidRequest(message: string, code = 'INVALID_INPUT'): ServiceError {
  return new ServiceError('InvalidRequestException', message, 400, { AthenaErrorCode: code, ErrorCode: code });
}
