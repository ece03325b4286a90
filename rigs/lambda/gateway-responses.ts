/**
 * What API Gateway answers by itself. Types and status codes:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */

export interface GatewayResponse {
  statusCode?: number;
  headers?: Record<string, string>;
  /** May name $context.error.message, $context.error.messageString (quoted), $context.error.responseType, $context.requestId. */
  template?: string;
}

interface Kind {
  statusCode: number;
  message: string;
  /** For x-amzn-ErrorType. */
  errorType: string;
  /** Where it is not `{"message":"…"}`: bodies as API Gateway writes them, down to the spaces. */
  body?: string;
}

const SERVER_ERROR = {
  message: 'Internal server error',
  errorType: 'InternalServerErrorException',
  body: '{"message": "Internal server error"}',
};

const KINDS = {
  ACCESS_DENIED: {
    statusCode: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
    body: '{"Message":"User is not authorized to access this resource"}',
  },
  API_CONFIGURATION_ERROR: { statusCode: 500, ...SERVER_ERROR },
  AUTHORIZER_CONFIGURATION_ERROR: {
    statusCode: 500,
    message: '',
    errorType: 'AuthorizerConfigurationException',
    body: '{"message":null}',
  },
  AUTHORIZER_FAILURE: {
    statusCode: 500,
    message: '',
    errorType: 'AuthorizerConfigurationException',
    body: '{"message":null}',
  },
  INTEGRATION_FAILURE: { statusCode: 502, ...SERVER_ERROR },
  INTEGRATION_TIMEOUT: {
    statusCode: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
    body: '{"message": "Endpoint request timed out"}',
  },
  INVALID_API_KEY: { statusCode: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  MISSING_AUTHENTICATION_TOKEN: {
    statusCode: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  QUOTA_EXCEEDED: { statusCode: 429, message: 'Limit Exceeded', errorType: 'LimitExceededException' },
  REQUEST_TOO_LARGE: { statusCode: 413, message: 'Request Too Long', errorType: 'RequestTooLongException' },
  THROTTLED: { statusCode: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { statusCode: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
} satisfies Record<string, Kind>;

export type GatewayResponseType = keyof typeof KINDS;
export type GatewayResponses = Partial<Record<GatewayResponseType | 'DEFAULT_4XX' | 'DEFAULT_5XX', GatewayResponse>>;

/** API Gateway answers instead of the function. */
export class GatewayError extends Error {
  readonly type: GatewayResponseType;

  /** @param reason for the execution log; the caller never sees it */
  constructor(type: GatewayResponseType, reason = '') {
    super(reason);
    this.type = type;
  }
}

export interface RenderedResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export function renderGatewayResponse(
  type: GatewayResponseType,
  custom: GatewayResponses,
  requestId: string,
): RenderedResponse {
  const kind: Kind = KINDS[type];
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html: "Customizing the default
  // gateway response for 413 REQUEST_TOO_LARGE isn't currently supported."
  const own = type === 'REQUEST_TOO_LARGE' ? undefined : custom[type];
  const chosen = own ?? custom[kind.statusCode < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'] ?? {};
  const variables: Record<string, string> = {
    'error.message': kind.message,
    'error.messageString': JSON.stringify(kind.message),
    'error.responseType': type,
    requestId,
  };
  const fill = (template: string) => template.replaceAll(/\$context\.([\w.]*\w)/g, (_, name) => variables[name] ?? '');
  return {
    statusCode: chosen.statusCode ?? kind.statusCode,
    headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': kind.errorType, ...chosen.headers },
    body:
      chosen.template === undefined ? (kind.body ?? JSON.stringify({ message: kind.message })) : fill(chosen.template),
  };
}
