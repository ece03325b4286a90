/** Lambda authorizers of the REQUEST kind: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html */
import type { LambdaFunction } from './function.ts';
import { GatewayError } from './gateway-responses.ts';
import type { AuthorizerEvent } from './proxy-event.ts';

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export interface AuthorizerResponse {
  principalId: string;
  policyDocument: { Version?: string; Statement: Statement[] };
  context?: Record<string, string | number | boolean>;
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

export interface Authorization {
  /** For requestContext.authorizer. */
  context: Record<string, unknown>;
  usageIdentifierKey?: string;
}

/** @throws GatewayError */
export async function authorize(authorizer: Authorizer, event: AuthorizerEvent): Promise<Authorization> {
  const startedAt = performance.now();
  const response = await authorizer(event).catch((error: Error) => {
    throw new GatewayError(
      error.message === 'Unauthorized' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE',
      'Authorizer error',
    );
  });
  const statements = response?.policyDocument?.Statement;
  if (typeof response?.principalId !== 'string' || !Array.isArray(statements))
    throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', 'Invalid authorizer response');
  if (!allows(statements, event.methodArn)) throw new GatewayError('ACCESS_DENIED', 'The policy denies this method');
  const { principalId, usageIdentifierKey, context = {} } = response;
  return {
    // Every value is text in the event, whatever the authorizer gave.
    context: {
      ...Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)])),
      principalId,
      integrationLatency: Math.round(performance.now() - startedAt),
    },
    ...(usageIdentifierKey !== undefined && { usageIdentifierKey }),
  };
}

function allows(statements: readonly Statement[], methodArn: string): boolean {
  const matching = statements.filter((statement) => [statement.Resource].flat().some((arn) => matches(arn, methodArn)));
  return matching.length > 0 && matching.every((statement) => statement.Effect === 'Allow');
}

function matches(pattern: string, arn: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(arn);
}
