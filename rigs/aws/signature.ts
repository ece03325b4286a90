import type { IncomingMessage } from 'node:http';

/** The account's key and the region that a request is signed for; the signature itself is not checked. */
export interface Scope {
  accessKeyId: string;
  region: string;
  service: string;
}

/** `Credential=KEY/20261001/us-east-1/athena/aws4_request`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html */
const CREDENTIAL = /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request/;

export function scopeOf({ headers }: IncomingMessage): Scope | undefined {
  const [, accessKeyId, region, service] = CREDENTIAL.exec(headers.authorization ?? '') ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}
