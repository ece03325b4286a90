import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createFileSecretStore } from '../../src/client/secrets/file.ts';
import { secretStoreContract } from './secret-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'deep', 'secrets.json');

secretStoreContract('a file', () => createFileSecretStore(path));

describe('the file', () => {
  it('is readable by its user alone, also where it was not, and leaves no draft', async () => {
    await createFileSecretStore(path).set('a', '1');
    await writeFile(path, '{"a":"1"}', { mode: 0o644 });
    await createFileSecretStore(path).set('b', '2');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'deep'))).toEqual(['secrets.json']);
  });

  it('is not overwritten when it is damaged', async () => {
    const damaged = join(folder, 'damaged.json');
    await writeFile(damaged, '{"a":');
    await expect(createFileSecretStore(damaged).set('a', '1')).rejects.toMatchObject({ code: 'INVALID_SETTING' });
  });
});
