/** Lambda authorizers of the REQUEST kind: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html */
import type { LambdaFunction } from './function.ts';
import { GatewayError } from './gateway-responses.ts';
import type { AuthorizerEvent } from './proxy-event.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export interface AuthorizerResponse {
  principalId: string;
  policyDocument: { Statement: { Effect: 'Allow' | 'Deny'; Action: string; Resource: string }[] };
  usageIdentifierKey?: string;
}

/** Throws an Error 'Unauthorized' to answer 401. */
export type Authorizer = (event: AuthorizerEvent) => Promise<AuthorizerResponse>;

/** A function as an authorizer: invoked buffered, and what it throws is the message. */
export function asAuthorizer(lambda: Pick<LambdaFunction, 'invoke'>): Authorizer {
  return async (event) => {
    const { body, functionError } = await lambda.invoke(event);
    const answer = JSON.parse(body.toString());
    if (functionError) throw new Error(answer.errorMessage);
    return answer;
  };
}

/** @returns what goes to requestContext.authorizer, and the key @throws GatewayError */
export async function authorize(authorizer: Authorizer, event: AuthorizerEvent) {
  const startedAt = performance.now();
  const response = await authorizer(event).catch(({ message }: Error) => {
    throw new GatewayError(message === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE', 'Authorizer error');
  });
  const statements = response?.policyDocument?.Statement;
  if (typeof response?.principalId !== 'string' || !Array.isArray(statements))
    throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', 'Invalid authorizer response');
  if ('context' in response) throw new Error('rigs/lambda passes no context of authorizers on');
  if (!allows(statements, event.methodArn)) throw new GatewayError('ACCESS_DENIED', 'The policy denies this method');
  const { principalId, usageIdentifierKey } = response;
  const integrationLatency = Math.round(performance.now() - startedAt);
  return { context: { principalId, integrationLatency }, usageIdentifierKey };
}

/** Of policies that speak of this very method. */
function allows(statements: AuthorizerResponse['policyDocument']['Statement'], methodArn: string): boolean {
  if (statements.some(({ Resource }) => Resource !== methodArn))
    throw new Error('rigs/lambda reads policies for the method that was asked for, and no others');
  return statements.length > 0 && statements.every(({ Effect }) => Effect === 'Allow');
}
