import { readFile } from 'node:fs/promises';
import { SpendError } from '../../domain/errors.ts';
import { writing } from '../../domain/system-error.ts';
import { createTurns } from '../../domain/turns.ts';
import { replaceFile } from '../../own-files.ts';
import type { SecretStore } from '../secret-store.ts';

/** Secrets in a file that only its user can read. A write replaces the whole file, so a crash leaves the old one or the new one. */
export function createFileSecretStore(path: string): SecretStore {
  // One change after the other; between processes the last one wins.
  const inTurn = createTurns();
  const change = (edit: (secrets: Map<string, string>) => void) =>
    inTurn(async () => {
      const secrets = await read(path);
      edit(secrets);
      await write(path, secrets);
    });
  return {
    place: path,
    get: async (name) => (await read(path)).get(name),
    set: (name, value) => change((secrets) => secrets.set(name, value)),
    delete: (name) => change((secrets) => secrets.delete(name)),
  };
}

async function read(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  } catch (cause) {
    throw new SpendError('INVALID_SETTING', `${path} is not JSON: mend or remove it.`, { cause });
  }
}

async function write(path: string, secrets: Map<string, string>): Promise<void> {
  await writing(path, () => replaceFile(path, `${JSON.stringify(Object.fromEntries(secrets), null, 2)}\n`));
}
