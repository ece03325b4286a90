import type { FetchLike } from '@modelcontextprotocol/client';
import type { SecretStore } from '../secret-store.ts';

export interface OAuthOptions {
  serverUrl: string | URL;
  /** Keeps tokens and registrations between runs. */
  secrets: SecretStore;
  /** Shows the sign-in page; rejects when it cannot, and the address is printed. */
  openBrowser: (url: URL) => Promise<void>;
  /** For people, a line at a time. No token is ever in it. */
  print: (line: string) => void;
  /** Of a client that the issuer's operator has registered. */
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** The only issuer that may see the client's secret and sign its user in. Default: the first one used. */
  issuer?: string | undefined;
  /** The https address of a client id metadata document: a client id that needs no registration. */
  clientMetadataUrl?: string | undefined;
  /** Asked for besides those that the server names. Default: the server's own. */
  scopes?: readonly string[] | undefined;
  /** Where the browser comes back to, when the issuer wants to know it to the port. Default: 127.0.0.1 and a free port. */
  redirectUrl?: string | undefined;
  /** How long the user may take. */
  timeoutMs?: number | undefined;
  /** For requests to the server and to its issuer. */
  fetch?: FetchLike | undefined;
}
