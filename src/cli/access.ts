import { type Authenticator, createAuthenticator } from '../authentication/authenticator.ts';
import { createKeyReader, hasKeyFile } from '../authentication/key-file.ts';
import { oauthSettings, readSetting } from '../config.ts';
import { SpendError } from '../domain/errors.ts';
import { KEY_FILE } from './keys.ts';

/**
 * Who may call the server: holders of keys where there is a key file, and of tokens where an issuer is set; undefined where neither is.
 * An empty file is one too: whoever revoked the last key does not expect that nobody needs one any more.
 * @throws SpendError INVALID_SETTING
 */
export async function accessFromOptions(
  options: { keys?: string; rateLimit?: string },
  log: (message: string) => void,
): Promise<Authenticator | undefined> {
  const oauth = oauthSettings();
  const given = readSetting('keys', options.keys);
  const file = given ?? KEY_FILE;
  const withKeys = given !== undefined || (await hasKeyFile(file));
  if (!withKeys && !oauth) return undefined;
  const readKeys = withKeys ? createKeyReader(file) : undefined;
  if (readKeys && (await readKeys()).length === 0 && !oauth) {
    throw new SpendError(
      'INVALID_SETTING',
      `${file} has no keys, so nobody could call. Make one: bedrock-spend keys create NAME${given === undefined ? ', or delete the file to serve this machine without keys' : ` --keys ${file}`}`,
    );
  }
  return createAuthenticator({ readKeys, oauth, ratePerMinute: readSetting('rateLimit', options.rateLimit), log });
}
