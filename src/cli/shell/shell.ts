import { join } from 'node:path';
import {
  configFolder,
  type Era,
  openInBrowser,
  openProfiles,
  openSecretStore,
  type WireEntry,
} from '../../client/index.ts';
import { memoizeFor } from '../../lazy.ts';
import { signInWith } from '../sign-in.ts';
import { createOpenTarget } from '../target.ts';
import { indentedText, inlineText } from '../terminal/clean-text.ts';
import { type Span, styled, textFromSpans, wantsColours } from '../terminal/spans.ts';
import { answerQuestion } from './answer-question.ts';
import type { Shell } from './command.ts';
import { SHELL_COMMANDS } from './commands/index.ts';
import { completeLine } from './complete.ts';
import { openHistory } from './history.ts';
import { createInput } from './input.ts';
import { createLink, type Link } from './link.ts';
import { runLine } from './run-line.ts';
import { createScreen, type Format } from './screen.ts';
import { textFromWire } from './show-wire.ts';

export interface ShellOptions {
  /** Connected to before the first prompt. */
  server?: string | undefined;
  era?: Era | undefined;
  format: Format;
  color?: boolean | undefined;
  record?: string | undefined;
}

/** Opens a page, or nothing: its address has been shown. */
const openBrowser = (url: string) => openInBrowser(new URL(url)).catch(() => {});

/** Runs the shell until it is left. @returns whether everything that was asked of it was done; at a terminal always */
export async function runShell({ server, era, format, color, record }: ShellOptions): Promise<boolean> {
  const colours = { stdout: wantsColours(process.stdout, color), stderr: wantsColours(process.stderr, color) };
  const history = openHistory(join(configFolder(), 'history'));
  const input = createInput({
    input: process.stdin,
    output: process.stdout,
    history: history.lines,
    onHistory: history.add,
    complete: (line) => completeLine(line, SHELL_COMMANDS, shell),
  });
  const screen = createScreen({ input, stdout: process.stdout, stderr: process.stderr, colours, format });
  let leaving = false;
  const link = createLink(
    {
      onElicit: (question, signal) =>
        answerQuestion(question, { screen, openBrowser, server: serverName(link), signal }),
      onLog: ({ level, logger, data }) =>
        screen.note(
          styled(level === 'info' ? 'faint' : 'warning', `[${level}]`),
          ` ${indentedText(`${logger ? `${logger}: ` : ''}${textOf(data)}`)}`,
        ),
      onConnectionChange: (change) => screen.note(...changeText(change)),
    },
    (entry: WireEntry) => screen.note(styled('faint', textFromWire(entry))),
  );
  const profiles = openProfiles();
  const secrets = memoizeFor(openSecretStore);
  const shell: Shell = {
    screen,
    link,
    profiles,
    secrets,
    openTarget: createOpenTarget({ profiles, secrets, openOAuth: signInWith(secrets, (line) => screen.note(line)) }),
    openBrowser,
    quit() {
      leaving = true;
    },
  };

  async function run(line: string): Promise<boolean> {
    const interrupt = new AbortController();
    input.onInterrupt = () => interrupt.abort();
    return runLine(line, SHELL_COMMANDS, shell, interrupt.signal).finally(() => {
      input.onInterrupt = undefined;
    });
  }

  // In a script, Ctrl-C cancels what runs and ends the script.
  const onSigint = () => {
    leaving = true;
    input.onInterrupt?.();
    input.close();
  };
  process.on('SIGINT', onSigint);
  let ok = true;
  try {
    if (record) link.record(record);
    if (server !== undefined) ok = await run(`connect ${JSON.stringify(server)}${era ? ` ${era}` : ''}`);
    if (!ok && !input.interactive) return false;
    if (input.interactive && server === undefined) screen.note('Type "connect URL" to begin, "help" for all commands.');
    while (!leaving) {
      const line = await input.readLine(() => textFromSpans([styled('strong', promptText(link))], colours.stdout));
      if (line === undefined) break;
      ok = (await run(line)) && ok;
    }
  } finally {
    process.off('SIGINT', onSigint);
    input.close();
    await link.connection?.terminate().catch(() => link.disconnect());
    await link.stopRecording();
  }
  return ok || input.interactive;
}

/** Where the shell is: the server, the era, the beginning of the session's id. */
export function promptText({ connection, target }: Pick<Link, 'connection' | 'target'>): string {
  if (connection === undefined) return 'bedrock-spend> ';
  const place = target?.name ?? new URL(connection.url).host;
  return `${[place, connection.era, connection.sessionId?.slice(0, 8)].filter(Boolean).join(' ')}> `;
}

function serverName({ connection, target }: Link): string {
  return inlineText(connection?.server?.title ?? connection?.server?.name ?? target?.url ?? 'The server');
}

function changeText(
  change: Parameters<NonNullable<Parameters<typeof createLink>[0]['onConnectionChange']>>[0],
): Span[] {
  if (change.state === 'lost') return [styled('warning', `Connection lost (${change.reason}); trying again …`)];
  if (change.state === 'back') return [styled('good', 'The connection is back.')];
  return [
    styled(
      'warning',
      `The server forgot the session. ${change.sessionId ? `New one: ${change.sessionId}` : 'It keeps none now.'}`,
    ),
  ];
}

function textOf(data: unknown): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}
