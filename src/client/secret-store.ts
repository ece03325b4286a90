/** Keeps secrets of a user between runs: API keys, OAuth tokens and registrations. In the OS keychain, or a file only the user can read. */
export interface SecretStore {
  /** Where it keeps them, for people: `macOS keychain`, `~/.config/bedrock-spend/secrets.json`. */
  readonly place: string;
  /** @param name e.g. `api-key:prod`, `oauth:https://issuer|https://server/mcp` */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}
