/** A user's sign-in at the authorization server of one MCP server. */
export interface OAuthSession {
  /** Sends a request with the access token; renews it and signs in where the server asks for that. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>;
  /** Opens the browser and waits for its way back. */
  login(signal?: AbortSignal): Promise<void>;
  /** Revokes the tokens where the issuer can, and forgets them. */
  logout(): Promise<void>;
  /** Undefined: not signed in. */
  status(): Promise<OAuthStatus | undefined>;
  /** Renews the access token now. */
  refresh(): Promise<void>;
}

export interface OAuthStatus {
  issuer: string;
  scopes: readonly string[];
  /** Epoch milliseconds; undefined: the issuer did not say. */
  expiresAt: number | undefined;
  canRefresh: boolean;
}
