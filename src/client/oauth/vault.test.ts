import { describe, expect, it } from 'vitest';
import { createVault } from './vault.ts';

function open(server = 'https://server.example/mcp') {
  const secrets = new Map<string, string>();
  const store = {
    place: 'memory',
    get: async (name: string) => secrets.get(name),
    set: async (name: string, value: string) => void secrets.set(name, value),
    delete: async (name: string) => void secrets.delete(name),
  };
  return { secrets, store, vault: createVault(store, new URL(server)) };
}

const entry = (issuer: string) => ({ issuer, tokens: { access_token: `of ${issuer}`, token_type: 'Bearer' } });

describe('what is kept of sign-ins', () => {
  it('is found by issuer and server', async () => {
    const { secrets, store, vault } = open();
    await vault.save(entry('https://one.example'));
    expect([...secrets.keys()]).toContain('oauth:https://one.example|https://server.example/mcp');
    expect(await vault.current()).toEqual(entry('https://one.example'));
    expect(await vault.at('https://two.example')).toEqual({ issuer: 'https://two.example' });
    expect(await createVault(store, new URL('https://server.example/other')).current()).toBeUndefined();
  });

  it('is of one issuer at a time, once that has given tokens', async () => {
    const { secrets, vault } = open();
    await vault.save(entry('https://one.example'));
    await vault.save({ issuer: 'https://two.example', client: { client_id: 'registered' } });
    expect((await vault.current())?.issuer).toBe('https://one.example');
    await vault.save(entry('https://two.example'));
    expect((await vault.current())?.issuer).toBe('https://two.example');
    expect([...secrets.keys()].join()).not.toContain('one.example');
  });

  it('is forgotten whole', async () => {
    const { secrets, vault } = open();
    await vault.forget();
    await vault.save(entry('https://one.example'));
    await vault.forget();
    expect(secrets.size).toBe(0);
  });

  it('is as good as none when it was damaged', async () => {
    const { secrets, vault } = open();
    await vault.save(entry('https://one.example'));
    for (const [name, value] of secrets) secrets.set(name, name.startsWith('oauth:') ? value.slice(3) : value);
    expect((await vault.current())?.tokens).toBeUndefined();
  });
});
