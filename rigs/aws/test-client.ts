/** For the tests: who AWS's own clients are, and requests without one. */
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

/** @param maxAttempts more than one lets the client retry */
export function clientSettings(endpoint: string, region = REGION, accessKeyId = 'AKIATEST', maxAttempts = 1) {
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey: 'secret' }, maxAttempts };
}

/** @param service in the scope of the signature @param authorization in place of a signature */
export function post(
  endpoint: string,
  { target, service, authorization }: { target: string; service: string; authorization?: string | undefined },
  body = '{}',
): Promise<Response> {
  const signature = `AWS4-HMAC-SHA256 Credential=AKIATEST/20261001/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': target, authorization: authorization ?? signature },
    body,
  });
}
