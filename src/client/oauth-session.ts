import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import type { SecretStore } from './secret-store.ts';

/** A user's standing with one server's OAuth, kept between runs. */
export interface OAuthSession {
  /** For `connect`: adds the token, refreshes it. */
  readonly provider: OAuthClientProvider;
  /** Sends the user to the browser and waits for them to come back. */
  login(): Promise<void>;
  /** Revokes the tokens and forgets them. */
  logout(): Promise<void>;
  /** In one or two lines, for people; never a token. */
  status(): Promise<string>;
  refresh(): Promise<void>;
}

export interface OAuthOptions {
  serverUrl: string;
  secrets: SecretStore;
  openBrowser(url: string): Promise<void>;
  /** Takes what the user must read, such as the address to open. */
  print(line: string): void;
}

export type OpenOAuth = (options: OAuthOptions) => OAuthSession | Promise<OAuthSession>;
