import { afterEach, expect, it, vi } from 'vitest';
import { hasSecretTool } from '../../src/client/secrets/secret-tool.ts';

afterEach(() => vi.unstubAllEnvs());

it('the desktop keyring is not found without a desktop session', async () => {
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', '');
  expect(await hasSecretTool()).toBe(false);
});
