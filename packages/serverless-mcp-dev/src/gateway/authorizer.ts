/** Lambda authorizers of the REQUEST kind: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html */
import type { LambdaFunction } from '../function/function.ts';
import { GatewayError } from './gateway-responses.ts';
import type { AuthorizerEvent } from './proxy-event.ts';

const ACTION = 'execute-api:Invoke';

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: string | string[];
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
export interface AuthorizerResponse {
  principalId: string;
  policyDocument: { Statement: Statement[] };
  usageIdentifierKey?: string;
  /** Texts, numbers, booleans; the function gets them as texts. */
  context?: Record<string, string | number | boolean>;
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
  const { principalId, usageIdentifierKey, policyDocument, context = {} } = response ?? {};
  const statements = policyDocument?.Statement;
  if (typeof principalId !== 'string' || !Array.isArray(statements) || Object.values(context).some(isComposed))
    throw new GatewayError('AUTHORIZER_CONFIGURATION_ERROR', 'Invalid authorizer response');
  if (!allows(statements, event.methodArn)) throw new GatewayError('ACCESS_DENIED', 'The policy denies this method');
  const integrationLatency = Math.round(performance.now() - startedAt);
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { context: { ...Object.fromEntries(texts), principalId, integrationLatency }, usageIdentifierKey };
}

const isComposed = (value: unknown) => typeof value === 'object' && value !== null;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
function allows(statements: readonly Statement[], methodArn: string): boolean {
  const meant = statements.filter(({ Action, Resource }) => meets(Action, ACTION) && meets(Resource, methodArn));
  return meant.length > 0 && meant.every(({ Effect }) => Effect === 'Allow');
}

/** `*` is any text, `?` any character. */
function meets(patterns: string | readonly string[], text: string): boolean {
  return [patterns].flat().some((pattern) => {
    const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
  });
}
