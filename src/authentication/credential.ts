/** What a request proves itself with. Only headers count: query strings end up in logs and histories. */
export interface Credential {
  header: 'x-api-key' | 'authorization';
  value: string;
}

/** `x-api-key`, or else `Authorization: Bearer`. Repeated headers, joined by a comma, are none: which of them was meant is unknown. */
export function credentialFrom(header: (name: string) => string | null | undefined): Credential | undefined {
  const key = header('x-api-key')?.trim();
  if (key) return { header: 'x-api-key', value: key };
  const token = /^Bearer\s+([^\s,]+)$/i.exec(header('authorization')?.trim() ?? '')?.[1];
  return token === undefined ? undefined : { header: 'authorization', value: token };
}
