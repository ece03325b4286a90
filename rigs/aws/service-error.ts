/** An error as a service answers it. */
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

/** What AWS documents and a double does not have: never a wrong answer instead. */
export class NotImplementedByDouble extends Error {}

/** What AWS's own model of the service does not have. */
export class NotInModel extends Error {}

export function rateExceeded(): ServiceError {
  return new ServiceError('ThrottlingException', 'Rate exceeded');
}

/** What IAM says to a user without a policy. */
export function notAuthorized(account: string, action: string, resource: string): string {
  return `User: arn:aws:iam::${account}:user/double is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
