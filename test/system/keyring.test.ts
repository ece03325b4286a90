import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whatKeeps } from '../../rigs/debian.ts';
import { createSecretToolStore, hasSecretTool } from '../../src/client/secrets/secret-tool.ts';
import { secretStoreContract } from '../contracts/secret-store.ts';

const PROGRAMS = {
  'dbus-daemon': 'dbus-daemon',
  'gnome-keyring-daemon': 'gnome-keyring',
  'secret-tool': 'libsecret-tools',
};
const missing = await whatKeeps(PROGRAMS, console.log);

describe.skipIf(missing)(`the desktop keyring${missing ? ` (skipped: ${missing})` : ''}`, () => {
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
