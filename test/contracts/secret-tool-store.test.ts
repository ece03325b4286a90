import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSecretToolStore, hasSecretTool } from '../../src/client/secrets/secret-tool.ts';
import { secretStoreContract } from './secret-store.ts';

/** Debian: apt-get install dbus gnome-keyring libsecret-tools */
const missing = ['dbus-daemon', 'gnome-keyring-daemon', 'secret-tool'].filter(
  (program) => spawnSync('which', [program]).status !== 0,
);
if (missing.length > 0) console.warn(`The keyring is not tested: no ${missing.join(', ')} here.`);

describe.skipIf(missing.length > 0)('the desktop keyring', () => {
  const home = mkdtempSync(join(tmpdir(), 'bedrock-spend-keyring-'));
  let bus: ChildProcess;

  /** A bus and an unlocked keyring of their own. */
  beforeAll(async () => {
    bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [address] = (await once(bus.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', address.toString().trim());
    vi.stubEnv('HOME', home);
    vi.stubEnv('XDG_DATA_HOME', home);
    vi.stubEnv('XDG_RUNTIME_DIR', home);
    // It goes on by itself, until the bus is gone.
    spawnSync('gnome-keyring-daemon', ['--unlock', '--components=secrets'], {
      input: 'password of the test keyring',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  });
  afterAll(() => {
    bus.kill();
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });

  secretStoreContract('the keyring', createSecretToolStore);

  it('is found', async () => {
    expect(await hasSecretTool()).toBe(true);
  });
});

describe('without a desktop session', () => {
  it('is not found', async () => {
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', '');
    expect(await hasSecretTool()).toBe(false);
    vi.unstubAllEnvs();
  });
});
