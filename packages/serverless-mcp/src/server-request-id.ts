/**
 * Ids of server-to-client requests. The SDK counts them from 0 in every server, so two instances would use the same ones; these are
 * unguessable, and lead to the call that asked.
 */
export function serverRequestId(callId: string): string {
  return `srv-${callId}-${crypto.randomUUID()}`;
}

/** Undefined for an id that this layer did not make. */
export function callIdFromServerRequest(id: unknown): string | undefined {
  return typeof id === 'string' ? /^srv-([0-9a-f-]{36})-[0-9a-f-]{36}$/.exec(id)?.[1] : undefined;
}
