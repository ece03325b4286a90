import { ERAS, type Era } from '../../../client/index.ts';
import { SpendError } from '../../../domain/errors.ts';
import { inlineText } from '../../terminal/clean-text.ts';
import { styled } from '../../terminal/spans.ts';
import type { Shell, ShellCommand } from '../command.ts';
import { startingWith } from '../complete.ts';

const profileNames = async (current: string, { profiles }: Shell) =>
  startingWith(current, Object.keys(await profiles.list()));

const NO_SESSION = { '2025': 'no session: this server keeps none', '2026': 'no session: this era has none' } as const;

/** Says which server, era and session there is now. */
export function showConnection({ screen, link }: Shell): void {
  const { server, era, sessionId, protocolVersion, url } = link.required();
  screen.note(
    styled('good', 'Connected to '),
    inlineText(`${server?.title ?? server?.name ?? 'a server'} ${server?.version ?? ''}`),
    ` at ${url}\n  era ${era} (protocol ${protocolVersion ?? 'unknown'}), ${sessionId === undefined ? NO_SESSION[era] : `session ${sessionId}`}`,
  );
}

export const connectCommand: ShellCommand = {
  name: 'connect',
  usage: 'URL or PROFILE [auto|2025|2026]',
  help: 'Connects to a server; a third word chooses the protocol’s era.',
  complete: (current, before, shell) =>
    before.length === 0 ? profileNames(current, shell) : startingWith(current, ERAS),
  async run([nameOrUrl, era], shell) {
    if (nameOrUrl === undefined) throw new SpendError('INVALID_ARGUMENT', 'Say where to: connect URL or PROFILE.');
    if (era !== undefined && !ERAS.includes(era as Era))
      throw new SpendError('INVALID_ARGUMENT', `"${era}" is no era: ${ERAS.join(', ')}.`);
    await connectAsking(nameOrUrl, era as Era | undefined, shell);
    showConnection(shell);
  },
};

/** A server that wants a key is given one that the user types, where there is a user and no other key. */
async function connectAsking(nameOrUrl: string, era: Era | undefined, { link, screen, openTarget }: Shell) {
  const target = await openTarget(nameOrUrl, era);
  try {
    await link.connect(target);
  } catch (error) {
    const wantsKey = error instanceof SpendError && error.code === 'SERVER_REFUSED' && target.apiKey === undefined;
    if (!wantsKey || target.signsIn || !screen.interactive) throw error;
    screen.note(
      'The server wants a key (or a sign-in: leave it empty, then "auth login"). It is used for this connection; "profile save NAME" keeps it.',
    );
    const apiKey = (await screen.ask('Key (not shown): ', { hidden: true }))?.trim();
    if (!apiKey) throw error;
    await link.connect({ ...target, apiKey });
  }
}

export const disconnectCommand: ShellCommand = {
  name: 'disconnect',
  help: 'Leaves the server; the session stays there until it is forgotten.',
  async run(_, { link, screen }) {
    await link.disconnect();
    screen.note('Disconnected.');
  },
};

export const reconnectCommand: ShellCommand = {
  name: 'reconnect',
  help: 'Connects to the same server again, in a new session.',
  async run(_, shell) {
    const { link } = shell;
    if (link.target === undefined)
      throw new SpendError('INVALID_ARGUMENT', 'There was no connection yet: connect URL.');
    await link.connect(link.target);
    showConnection(shell);
  },
};

export const terminateCommand: ShellCommand = {
  name: 'terminate-session',
  help: 'Ends the session on the server, then disconnects.',
  async run(_, { link, screen }) {
    const { sessionId } = link.required();
    await link.terminate();
    screen.note(sessionId === undefined ? 'Disconnected; there was no session.' : `Session ${sessionId} is ended.`);
  },
};

export const statusCommand: ShellCommand = {
  name: 'status',
  help: 'The server, the era, the session, and what is switched on.',
  run(_, shell) {
    const { link, screen } = shell;
    if (link.connection) showConnection(shell);
    else screen.note('Not connected.');
    screen.note(
      `  format ${screen.format}, debug ${link.debug ? 'on' : 'off'}, recording ${link.recordingTo ? `to ${link.recordingTo}` : 'off'}`,
    );
  },
};
