/** https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html */
import { ServiceError } from '../aws/service-error.ts';

/** Both codes are in the bodies that people recorded (README). */
export function invalidRequest(message: string, code = 'INVALID_INPUT'): ServiceError {
  return new ServiceError('InvalidRequestException', message, 400, { AthenaErrorCode: code, ErrorCode: code });
}
