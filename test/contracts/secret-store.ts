import { afterEach, describe, expect, it } from 'vitest';
import type { SecretStore } from '../../src/client/secret-store.ts';

const NAMES = ['api-key:contract', 'oauth:https://issuer.example|https://server.example/mcp?a="b"'];

/** What every place for secrets must do. */
export function secretStoreContract(name: string, open: () => SecretStore): void {
  describe(`secrets in ${name}`, () => {
    afterEach(async () => {
      for (const secret of NAMES) await open().delete(secret);
    });

    it('has nothing under a name that was never set', async () => {
      expect(await open().get(NAMES[0] as string)).toBeUndefined();
      await open().delete(NAMES[0] as string);
    });

    it.each([
      ['a key', 'sk-4f1c_ABC'],
      ['what a shell would read as its own', '$(touch /tmp/x) `id` "quoted" \'single\' \\back'],
      ['what looks like hex', 'deadbeef00'],
      ['other scripts', 'пароль-密碼-🔑'],
      ['lines', '{\n  "refresh_token": "a"\n}'],
      ['a long one', 'x'.repeat(8000)],
    ])('gives back %s', async (_, secret) => {
      for (const secretName of NAMES) await open().set(secretName, secret);
      for (const secretName of NAMES) expect(await open().get(secretName)).toBe(secret);
    });

    it('replaces and forgets', async () => {
      const [first, second] = NAMES as [string, string];
      await open().set(first, 'old');
      await open().set(second, 'other');
      await open().set(first, 'new');
      expect(await open().get(first)).toBe('new');
      await open().delete(first);
      expect([await open().get(first), await open().get(second)]).toEqual([undefined, 'other']);
    });

    it('takes several at once', async () => {
      const store = open();
      await Promise.all(NAMES.map((secretName) => store.set(secretName, secretName)));
      expect(await Promise.all(NAMES.map((secretName) => store.get(secretName)))).toEqual(NAMES);
    });
  });
}
