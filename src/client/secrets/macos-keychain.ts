import { SpendError } from '../../domain/errors.ts';
import type { SecretStore } from '../secret-store.ts';
import { run } from './run.ts';

/** `errSecItemNotFound`, as `security` exits with it. */
const NOT_FOUND = 44;

const SERVICE = 'bedrock-spend';

/**
 * The login keychain of macOS. `security -i` reads commands from stdin, so that the secret is not among the arguments; as hex (`-X`)
 * it needs no quoting. https://ss64.com/mac/security.html
 */
export function createMacosKeychain(): SecretStore {
  return {
    place: 'the macOS keychain',
    async get(name) {
      const { code, output } = await run('security', ['find-generic-password', '-s', SERVICE, '-a', name, '-w']);
      if (code === NOT_FOUND) return undefined;
      if (code !== 0) throw refused();
      return decode(output.replace(/\n$/, ''));
    },
    async set(name, value) {
      const command = `add-generic-password -U -s ${SERVICE} -a ${quoted(name)} -X ${Buffer.from(encode(value)).toString('hex')}\n`;
      const { code } = await run('security', ['-i'], command);
      if (code !== 0) throw refused();
    },
    async delete(name) {
      const { code } = await run('security', ['delete-generic-password', '-s', SERVICE, '-a', name]);
      if (code !== 0 && code !== NOT_FOUND) throw refused();
    },
  };
}

/** `-w` prints what is not plain ASCII as hex, which could not be told from a secret that is hex; base64url is always plain. */
const encode = (value: string) => Buffer.from(value).toString('base64url');
const decode = (text: string) => Buffer.from(text, 'base64url').toString('utf8');

function quoted(name: string): string {
  return `"${name.replaceAll(/["\\]/g, '\\$&').replaceAll(/[\r\n]/g, ' ')}"`;
}

function refused(): SpendError {
  return new SpendError(
    'INVALID_SETTING',
    'The keychain refused: unlock it ("security unlock-keychain") and try again.',
  );
}
