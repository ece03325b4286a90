/** `bedrock-spend/client`: a connection to an MCP server of either era, and what belongs to one. */

export { type Connection, connect } from './connection.ts';
export { type OAuthOptions, openInBrowser, openOAuth } from './oauth/index.ts';
export type { OAuthSession, OAuthStatus } from './oauth-session.ts';
export {
  AUTH_KINDS,
  type CallOptions,
  type ConnectionChange,
  type ConnectOptions,
  ERAS,
  type Era,
  type LogMessage,
} from './options.ts';
export { keyName, openProfiles, type Profile, type Profiles } from './profiles.ts';
export { textFromResult } from './result-text.ts';
export type { SecretStore } from './secret-store.ts';
export { configFolder, openSecretStore } from './secrets/open.ts';
export { type WireEntry, wireRecorder } from './wire-recorder.ts';
