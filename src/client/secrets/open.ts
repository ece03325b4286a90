import { join } from 'node:path';
import envPaths from 'env-paths';
import type { SecretStore } from '../secret-store.ts';
import { createFileSecretStore } from './file.ts';
import { createMacosKeychain } from './macos-keychain.ts';
import { createSecretToolStore, hasSecretTool } from './secret-tool.ts';

/** The user's folder for settings, e.g. ~/.config/bedrock-spend. */
export function configFolder(): string {
  return envPaths('bedrock-spend', { suffix: '' }).config;
}

/** The keychain of the system where there is one that answers, else a file only the user can read. */
export async function openSecretStore(): Promise<SecretStore> {
  if (process.platform === 'darwin') return createMacosKeychain();
  if (process.platform === 'linux' && (await hasSecretTool())) return createSecretToolStore();
  return createFileSecretStore(join(configFolder(), 'secrets.json'));
}
