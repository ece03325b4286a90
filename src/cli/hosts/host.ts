/** How a host reaches this server: by starting it, or at a URL. */
export type Launch = Started | Remote;

export interface Started {
  command: string;
  args: readonly string[];
}

export interface Remote {
  url: string;
  /** The environment variable of the user that holds the API key; undefined: none is needed. */
  keyVariable?: string | undefined;
}

export type Format = 'json' | 'toml' | 'yaml' | 'shell';

/** `tried`: the program itself took these settings (`npm run clients`). Pages are read in copies that may be older than their day. */
export type Seen = `tried ${string}` | `read ${string}` | `told ${string}`;

/** A program that people ask through, and what it wants to be told about a server. */
export interface Host {
  name: string;
  /** A file, or `terminal`. */
  file: string;
  format: Exclude<Format, 'shell'>;
  /** Who says so, and how that is known. */
  page: string;
  seen: Seen;
  /** Where a key comes from, or why it cannot. */
  key: string;
  /** What its file holds; undefined: it cannot do this, and `key` says why. */
  settings(launch: Launch): object | undefined;
  /** In place of its file, where a command is shorter and shows no key. */
  command?(launch: Launch): string | undefined;
  /** Opens the host with these settings. It asks before it takes them. */
  link?(launch: Launch): string;
}

export const NAME = 'bedrock-spend';

export const isStarted = (launch: Launch): launch is Started => 'command' in launch;

/** A URL and the header with the key, where it is read from as the host writes it. */
export function withHeaders({ url, keyVariable }: Remote, reference: (variable: string) => string) {
  return { url, ...(keyVariable ? { headers: { 'x-api-key': reference(keyVariable) } } : {}) };
}

/** For hosts that only start servers, or read no variables: https://github.com/geelen/mcp-remote reads them itself. */
export function throughMcpRemote({ url, keyVariable }: Remote): Started {
  // Without a space: some hosts split arguments at spaces.
  const header = keyVariable ? ['--header', `x-api-key:\${${keyVariable}}`] : [];
  // It takes http of this machine alone, unless it is told.
  const plain = /^http:\/\/(?!(localhost|127\.0\.0\.1|\[::1\])[:/])/.test(url) ? ['--allow-http'] : [];
  return { command: 'npx', args: ['-y', 'mcp-remote', url, ...plain, ...header] };
}

/** For a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
