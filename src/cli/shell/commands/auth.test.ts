import { describe, expect, it } from 'vitest';
import type { OAuthSession } from '../../../client/index.ts';
import type { Shell } from '../command.ts';
import { runLine } from '../run-line.ts';
import { SHELL_COMMANDS } from './index.ts';

/** A shell whose login only notes what is asked of it. */
function shellWith(target: object | undefined) {
  const done: string[] = [];
  const oauth: Omit<OAuthSession, 'fetch'> = {
    login: async () => void done.push('login'),
    logout: async () => void done.push('logout'),
    status: async () => ({
      issuer: 'https://login.example',
      scopes: ['spend:read'],
      expiresAt: Date.parse('2026-10-14T12:00:00Z'),
      canRefresh: true,
    }),
    refresh: async () => void done.push('refresh'),
  };
  const said: string[] = [];
  const say = (...spans: unknown[]) =>
    void said.push(spans.map((span) => (typeof span === 'string' ? span : JSON.stringify(span))).join(''));
  const shell = {
    screen: { print: say, note: say },
    link: {
      target: target && { url: 'https://s.example/mcp', ...target, ...('apiKey' in target ? {} : { oauth }) },
      connect: async () => void done.push('connect'),
      required: () => ({ url: 'https://s.example/mcp', era: '2026' }),
    },
  } as unknown as Shell;
  const run = (line: string) => runLine(line, SHELL_COMMANDS, shell, new AbortController().signal);
  return { run, done, said };
}

describe('auth', () => {
  it('logs in and then connects', async () => {
    const { run, done } = shellWith({});
    expect(await run('auth login')).toBe(true);
    expect(done).toEqual(['login', 'connect']);
  });

  it('shows the status, refreshes and logs out', async () => {
    const { run, done, said } = shellWith({});
    for (const line of ['auth status', 'auth refresh', 'auth logout']) expect(await run(line)).toBe(true);
    expect([done, said[0]]).toEqual([
      ['refresh', 'logout'],
      'Signed in at https://login.example, for spend:read, until 2026-10-14T12:00Z, renewed by itself',
    ]);
  });

  it.each([
    [{ apiKey: 'k' }, 'auth login', /not available .* with a key/],
    [undefined, 'auth login', /Say to which server first/],
    [undefined, 'auth', /auth login, auth logout, auth status, auth refresh/],
  ])('with %j, %s is refused', async (target, line, message) => {
    const { run, said } = shellWith(target);
    expect(await run(line)).toBe(false);
    expect(said.join()).toMatch(message);
  });
});
