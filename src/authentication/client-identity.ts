import type { AuthInfo } from '@modelcontextprotocol/server';

/** Who asks, as far as the server has made sure of it. Where there is no access control there is no client: who reaches it is its operator. */
export interface ClientIdentity {
  /** `key:ID`, or a token's issuer and subject; never a secret. Sessions belong to it. */
  principal: string;
  /** As people know it: a key's name, a token's email or user name; for the audit log and messages. */
  name: string | undefined;
  /** Of a token, verified; keys have none. */
  claims: Readonly<Record<string, unknown>>;
}

/** A client in the SDK's words, without the key or token: nothing behind the door needs it. */
export function authInfoFromClient(client: ClientIdentity): AuthInfo {
  return { token: '', clientId: client.principal, scopes: [], extra: { client } };
}

export function clientFromAuthInfo(authInfo: AuthInfo | undefined): ClientIdentity | undefined {
  return authInfo?.extra?.['client'] as ClientIdentity | undefined;
}
