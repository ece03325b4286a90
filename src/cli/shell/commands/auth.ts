import type { OAuthSession, OAuthStatus } from '../../../client/index.ts';
import { SpendError } from '../../../domain/errors.ts';
import type { Shell, ShellCommand } from '../command.ts';
import { showConnection } from './connection.ts';

function oauthOf({ link }: Shell): OAuthSession {
  if (link.target === undefined) throw new SpendError('INVALID_ARGUMENT', 'Say to which server first: connect URL.');
  if (link.target.oauth) return link.target.oauth;
  throw new SpendError(
    'INVALID_ARGUMENT',
    `Logging in is not available for ${link.target.url}; it is used with ${link.target.apiKey === undefined ? 'no key' : 'a key'}.`,
  );
}

function statusText(status: OAuthStatus | undefined): string {
  if (status === undefined) return 'Not signed in. "auth login" opens the browser.';
  const { issuer, scopes, expiresAt, canRefresh } = status;
  return [
    `Signed in at ${issuer}`,
    ...(scopes.length > 0 ? [`for ${scopes.join(' ')}`] : []),
    ...(expiresAt === undefined ? [] : [`until ${new Date(expiresAt).toISOString().slice(0, 16)}Z`]),
    canRefresh ? 'renewed by itself' : 'not renewed',
  ].join(', ');
}

export const loginCommand: ShellCommand = {
  name: 'auth login',
  help: 'Logs in with the browser, then connects.',
  async run(_, shell) {
    await oauthOf(shell).login();
    const { link } = shell;
    if (link.target) await link.connect({ ...link.target, signsIn: true });
    showConnection(shell);
  },
};

export const logoutCommand: ShellCommand = {
  name: 'auth logout',
  help: 'Gives the tokens up and forgets them.',
  async run(_, shell) {
    await oauthOf(shell).logout();
    shell.screen.note('Logged out.');
  },
};

export const authStatusCommand: ShellCommand = {
  name: 'auth status',
  help: 'As whom this shell asks, and until when.',
  async run(_, shell) {
    const { target } = shell.link;
    if (target && (target.apiKey !== undefined || !target.oauth))
      return shell.screen.print(
        target.apiKey === undefined ? 'No key and no login are used.' : 'A key is used (x-api-key).',
      );
    shell.screen.print(statusText(await oauthOf(shell).status()));
  },
};

export const refreshCommand: ShellCommand = {
  name: 'auth refresh',
  help: 'Fetches a new token before the old one ends.',
  async run(_, shell) {
    await oauthOf(shell).refresh();
    shell.screen.note('The token is new.');
  },
};
