import { keyName, type OAuthSession, type Profiles, type SecretStore } from '../client/index.ts';
import { readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import type { Target } from './shell/link.ts';

export interface TargetSources {
  profiles: Profiles;
  secrets(): Promise<SecretStore>;
  /** Undefined where logging in is not available. */
  openOAuth?: ((serverUrl: string) => Promise<OAuthSession>) | undefined;
}

export type OpenTarget = (nameOrUrl: string, era?: Target['era']) => Promise<Target>;

/**
 * A server by its address, or by the name of a profile, with the key that belongs to it. A profile's own key comes first, so that a
 * key in the environment is not sent to a server it is not for.
 */
export function createOpenTarget({ profiles, secrets, openOAuth }: TargetSources): OpenTarget {
  /** Nobody is sent to a browser who has not asked for it; who has signed in there goes on. */
  async function signInAt(url: string) {
    const oauth = await openOAuth?.(url);
    return { oauth, signsIn: (await oauth?.status()) !== undefined };
  }

  return async (nameOrUrl, era) => {
    const environmentKey = readSetting('apiKey');
    if (/^https?:\/\//.test(nameOrUrl))
      return {
        url: nameOrUrl,
        era: era ?? 'auto',
        ...(environmentKey === undefined ? await signInAt(nameOrUrl) : { apiKey: environmentKey }),
      };
    const profile = await profiles.get(nameOrUrl);
    if (profile === undefined) {
      const names = Object.keys(await profiles.list());
      throw new SpendError(
        'INVALID_ARGUMENT',
        `There is no profile "${nameOrUrl}". ${names.length > 0 ? `There are ${names.join(', ')}.` : 'There are none yet: "bedrock-spend profiles add NAME URL".'} An address begins with http:// or https://.`,
      );
    }
    const { url, auth } = profile;
    const target = { url, era: era ?? profile.era, name: nameOrUrl };
    if (auth === 'oauth') return { ...target, oauth: await openOAuth?.(url), signsIn: true };
    return auth === 'key'
      ? { ...target, apiKey: (await (await secrets()).get(keyName(nameOrUrl))) ?? environmentKey }
      : target;
  };
}
