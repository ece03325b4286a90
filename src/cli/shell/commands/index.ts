import { SpendError } from '../../../domain/errors.ts';
import { styled } from '../../terminal/spans.ts';
import { table } from '../../terminal/tables.ts';
import type { ShellCommand } from '../command.ts';
import { startingWith } from '../complete.ts';
import { authStatusCommand, loginCommand, logoutCommand, refreshCommand } from './auth.ts';
import { connectCommand, disconnectCommand, reconnectCommand, statusCommand, terminateCommand } from './connection.ts';
import { profileListCommand, profileRemoveCommand, profileSaveCommand } from './profiles.ts';
import { promptCommand, promptsCommand } from './prompts.ts';
import { listResourcesCommand, readCommand } from './resources.ts';
import { debugCommand, formatCommand, logLevelCommand, recordCommand } from './settings.ts';
import { bedrockReportCommand, callToolCommand, describeToolCommand, listToolsCommand } from './tools.ts';

const helpCommand: ShellCommand = {
  name: 'help',
  usage: '[COMMAND]',
  help: 'All commands, or how one is used.',
  complete: (current, before) =>
    startingWith(
      current,
      SHELL_COMMANDS.flatMap(({ name }) => {
        const words = name.split(' ');
        return before.every((word, index) => word === words[index]) ? (words[before.length] ?? []) : [];
      }),
    ),
  run(words, { screen }) {
    const asked = words.join(' ');
    const found = SHELL_COMMANDS.filter(({ name }) => asked === '' || name === asked || name.startsWith(`${asked} `));
    if (found.length === 0) throw new SpendError('INVALID_ARGUMENT', `There is no command "${asked}".`);
    screen.print(
      ...table(
        ['command', 'what for'],
        found.map(({ name, usage = '', help }) => [`${name} ${usage}`, help]),
      ),
    );
    if (asked === '')
      screen.print(styled('faint', '\nTab completes commands, tools and arguments. Ctrl-C cancels a call.'));
  },
};

const quitCommand: ShellCommand = {
  name: 'quit',
  help: 'Ends the session and leaves.',
  run: (_, { quit }) => quit(),
};

/** Every command of the shell, in the order in which help lists them. docs/client.md is generated from this table. */
export const SHELL_COMMANDS: readonly ShellCommand[] = [
  connectCommand,
  disconnectCommand,
  reconnectCommand,
  terminateCommand,
  statusCommand,
  listToolsCommand,
  describeToolCommand,
  callToolCommand,
  bedrockReportCommand,
  listResourcesCommand,
  readCommand,
  promptsCommand,
  promptCommand,
  loginCommand,
  logoutCommand,
  authStatusCommand,
  refreshCommand,
  profileListCommand,
  profileSaveCommand,
  profileRemoveCommand,
  formatCommand,
  logLevelCommand,
  recordCommand,
  debugCommand,
  helpCommand,
  quitCommand,
];
