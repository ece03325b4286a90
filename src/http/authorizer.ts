/** What of a REQUEST authorizer's event is read: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-input.html */
export interface AuthorizerEvent {
  methodArn: string;
  headers?: Readonly<Record<string, string | undefined>> | null;
}

/**
 * Finds the API key in a request and hands it to API Gateway, which knows the keys: this function knows none. For hosts whose users
 * can set `Authorization: Bearer KEY` but not `x-api-key`.
 * @throws Error `Unauthorized`, which API Gateway answers with 401
 */
export async function authorizeByKey({ methodArn, headers }: AuthorizerEvent) {
  const key = keyFrom(headers ?? {});
  if (key === undefined) throw new Error('Unauthorized');
  return {
    // It shows up in logs, so it is not the key.
    principalId: 'api-key',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow' as const, Action: 'execute-api:Invoke', Resource: methodArn }],
    },
    usageIdentifierKey: key,
  };
}

function keyFrom(headers: NonNullable<AuthorizerEvent['headers']>): string | undefined {
  const value = (wanted: string) =>
    Object.entries(headers)
      .find(([name]) => name.toLowerCase() === wanted)?.[1]
      ?.trim() || undefined;
  return value('x-api-key') ?? /^Bearer\s+(\S+)$/i.exec(value('authorization') ?? '')?.[1];
}
