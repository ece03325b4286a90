import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { SecretStore } from '../../src/client/secret-store.ts';
import { createMacosKeychain } from '../../src/client/secrets/macos-keychain.ts';
import { createSecretToolStore } from '../../src/client/secrets/secret-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'bedrock-spend-argv-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const SECRET = 'planted-secret-2b7e';

/** A program of that name that only writes down how it was called. */
function witness(program: string): { argv: string; stdin: string } {
  const path = join(folder, program);
  writeFileSync(path, `#!/bin/sh\necho "$@" >> ${folder}/argv\ncat >> ${folder}/stdin\n`);
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  return { argv: `${folder}/argv`, stdin: `${folder}/stdin` };
}

describe.each<[string, () => SecretStore, string]>([
  ['security', createMacosKeychain, Buffer.from(Buffer.from(SECRET).toString('base64url')).toString('hex')],
  ['secret-tool', createSecretToolStore, SECRET],
])('%s', (program, open, onStdin) => {
  it('gets the secret on stdin, and has it on no command line', async () => {
    const { argv, stdin } = witness(program);
    await open().set('api-key:prod', SECRET);
    expect(readFileSync(stdin, 'utf8')).toContain(onStdin);
    expect(readFileSync(argv, 'utf8')).not.toContain(SECRET);
    expect(readFileSync(argv, 'utf8')).not.toContain(onStdin);
  });
});
