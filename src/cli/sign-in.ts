import { type OAuthSession, openInBrowser, openOAuth, type SecretStore } from '../client/index.ts';
import { readSetting } from '../config.ts';

/** Signs the user in at a server, with what the environment says of the client. @param print for people, a line at a time */
export function signInWith(secrets: () => Promise<SecretStore>, print: (line: string) => void) {
  return async (serverUrl: string): Promise<OAuthSession> =>
    openOAuth({
      serverUrl,
      secrets: await secrets(),
      openBrowser: openInBrowser,
      print,
      clientId: readSetting('signInClientId'),
      redirectUrl: readSetting('signInRedirectUrl'),
    });
}
