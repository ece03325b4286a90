/**
 * What API Gateway answers by itself. Types and status codes:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */

export interface GatewayResponse {
  statusCode?: number;
  headers?: Record<string, string>;
  /** May name $context.error.messageString, which is quoted. */
  template?: string;
}

/** For x-amzn-ErrorType; and bodies as API Gateway writes them, down to the spaces. */
type Kind = readonly [statusCode: number, errorType: string, message: string, body?: string];

const BROKEN = 'Internal server error';
const SERVER_ERROR = ['InternalServerErrorException', BROKEN, `{"message": "${BROKEN}"}`] as const;
const AUTHORIZER_ERROR = [500, 'AuthorizerConfigurationException', '', '{"message":null}'] as const;
const DENIED = 'User is not authorized to access this resource';
const TIMEOUT = 'Endpoint request timed out';

const KINDS = {
  ACCESS_DENIED: [403, 'AccessDeniedException', DENIED, `{"Message":"${DENIED}"}`],
  API_CONFIGURATION_ERROR: [500, ...SERVER_ERROR],
  AUTHORIZER_CONFIGURATION_ERROR: AUTHORIZER_ERROR,
  AUTHORIZER_FAILURE: AUTHORIZER_ERROR,
  INTEGRATION_FAILURE: [502, ...SERVER_ERROR],
  INTEGRATION_TIMEOUT: [504, 'InternalServerErrorException', TIMEOUT, `{"message": "${TIMEOUT}"}`],
  INVALID_API_KEY: [403, 'ForbiddenException', 'Forbidden'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  QUOTA_EXCEEDED: [429, 'LimitExceededException', 'Limit Exceeded'],
  REQUEST_TOO_LARGE: [413, 'RequestTooLongException', 'Request Too Long'],
  THROTTLED: [429, 'TooManyRequestsException', 'Too Many Requests'],
  UNAUTHORIZED: [401, 'UnauthorizedException', 'Unauthorized'],
  UNKNOWN_STAGE: [403, 'ForbiddenException', 'Forbidden'],
} satisfies Record<string, Kind>;

export type GatewayResponseType = keyof typeof KINDS;
export type GatewayResponses = Partial<
  Record<Exclude<GatewayResponseType, 'UNKNOWN_STAGE'> | 'DEFAULT_4XX' | 'DEFAULT_5XX', GatewayResponse>
>;

/** API Gateway answers instead of the function. */
export class GatewayError extends Error {
  readonly type: GatewayResponseType;

  /** @param reason the caller never sees it */
  constructor(type: GatewayResponseType, reason: string) {
    super(reason);
    this.type = type;
  }
}

export function renderGatewayResponse(type: GatewayResponseType, custom: GatewayResponses) {
  const [status, errorType, message, body = JSON.stringify({ message })]: Kind = KINDS[type];
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html: "Customizing the default
  // gateway response for 413 REQUEST_TOO_LARGE isn't currently supported."
  const own = type === 'REQUEST_TOO_LARGE' || type === 'UNKNOWN_STAGE' ? undefined : custom[type];
  const fallback = custom[status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'];
  // Responses belong to what was deployed to a stage.
  const { statusCode = status, headers, template } = type === 'UNKNOWN_STAGE' ? {} : (own ?? fallback ?? {});
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': errorType, ...headers },
    body: template?.replaceAll(/\$context\.[\w.]*\w/g, (name) => variableOf(name, message)) ?? body,
  };
}

function variableOf(name: string, message: string): string {
  if (name === '$context.error.messageString') return JSON.stringify(message);
  throw new Error(`serverless-mcp-dev does not know ${name}`);
}
