import type { SecretStore } from '../../src/client/secret-store.ts';

/** Secrets that a test can look into. */
export function createMemorySecretStore(secrets = new Map<string, string>()): SecretStore {
  return {
    place: 'memory',
    get: async (name) => secrets.get(name),
    async set(name, value) {
      secrets.set(name, value);
    },
    async delete(name) {
      secrets.delete(name);
    },
  };
}
