import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client';
import type { SecretStore } from '../secret-store.ts';

/** What is kept of one MCP server at one issuer. */
export interface Entry {
  issuer: string;
  client?: StoredOAuthClientInformation;
  tokens?: StoredOAuthTokens;
  /** Of the access token, in epoch milliseconds. */
  expiresAt?: number;
  /** Where the server said that its metadata is, if it said so. */
  resourceMetadataUrl?: string;
}

/** The sign-ins of one MCP server. An entry is found by issuer and server together, so nothing of it reaches another of either. */
export interface Vault {
  /** At the issuer that signed the user in last. */
  current(): Promise<Entry | undefined>;
  at(issuer: string): Promise<Entry>;
  /** With tokens in it, the entry becomes the current one and that of another issuer goes. */
  save(entry: Entry): Promise<void>;
  forget(): Promise<void>;
}

export function createVault(secrets: SecretStore, serverUrl: URL): Vault {
  const server = serverUrl.href;
  const pointer = `oauth-issuer:${server}`;
  const nameOf = (issuer: string) => `oauth:${issuer}|${server}`;
  const read = async (issuer: string): Promise<Entry> => parse(await secrets.get(nameOf(issuer))) ?? { issuer };
  return {
    async current() {
      const issuer = await secrets.get(pointer);
      return issuer === undefined ? undefined : read(issuer);
    },
    at: read,
    async save(entry) {
      await secrets.set(nameOf(entry.issuer), JSON.stringify(entry));
      if (!entry.tokens) return;
      const before = await secrets.get(pointer);
      if (before === entry.issuer) return;
      await secrets.set(pointer, entry.issuer);
      if (before !== undefined) await secrets.delete(nameOf(before));
    },
    async forget() {
      const issuer = await secrets.get(pointer);
      if (issuer === undefined) return;
      await secrets.delete(nameOf(issuer));
      await secrets.delete(pointer);
    },
  };
}

/** An entry that was damaged by hand is as good as none: the user signs in again. */
function parse(text: string | undefined): Entry | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Entry);
  } catch {
    return undefined;
  }
}
