import { SpendError } from '../../domain/errors.ts';
import type { SecretStore } from '../secret-store.ts';
import { run } from './run.ts';

/** The desktop's keyring on Linux, by libsecret's `secret-tool`: GNOME Keyring, KWallet, KeePassXC. */
export function createSecretToolStore(): SecretStore {
  const attributes = (name: string) => ['service', 'bedrock-spend', 'name', name];
  return {
    place: 'the keyring (Secret Service)',
    async get(name) {
      const { code, output } = await run('secret-tool', ['lookup', ...attributes(name)]);
      return code === 0 ? output : undefined;
    },
    async set(name, value) {
      const label = `--label=bedrock-spend ${name}`;
      const { code } = await run('secret-tool', ['store', label, ...attributes(name)], value);
      if (code !== 0)
        throw new SpendError('INVALID_SETTING', 'The keyring did not take the secret: unlock it and try again.');
    },
    async delete(name) {
      await run('secret-tool', ['clear', ...attributes(name)]);
    },
  };
}

/** Whether there is a keyring that answers: on servers and in containers there is none. */
export async function hasSecretTool(): Promise<boolean> {
  if (!process.env['DBUS_SESSION_BUS_ADDRESS']) return false;
  // `lookup` exits with 1 for an unknown name and for a missing service alike, so something is kept and looked up.
  const store = createSecretToolStore();
  try {
    await store.set('probe', 'works');
    const works = (await store.get('probe')) === 'works';
    await store.delete('probe');
    return works;
  } catch {
    return false;
  }
}
