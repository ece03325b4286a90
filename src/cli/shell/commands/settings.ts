import type { LoggingLevel } from '@modelcontextprotocol/client';
import { SpendError } from '../../../domain/errors.ts';
import type { ShellCommand } from '../command.ts';
import { startingWith } from '../complete.ts';
import { FORMATS, type Format } from '../screen.ts';

/** @throws SpendError INVALID_ARGUMENT with the words there are */
function oneOf<Value extends string>(word: string | undefined, ...values: readonly Value[]): Value {
  const found = values.find((value) => value === word);
  if (found !== undefined) return found;
  throw new SpendError('INVALID_ARGUMENT', `Say one of ${values.join(', ')}.`);
}

export const debugCommand: ShellCommand = {
  name: 'debug',
  usage: 'on|off',
  help: 'Shows what goes over the wire, without secrets, on stderr.',
  complete: (current) => startingWith(current, ['on', 'off']),
  run([word], { link, screen }) {
    link.debug = oneOf(word, 'on', 'off') === 'on';
    screen.note(`Debug is ${word}.`);
  },
};

export const recordCommand: ShellCommand = {
  name: 'record',
  usage: 'FILE|off',
  help: 'Saves what goes over the wire, without secrets, as JSON lines.',
  complete: (current) => startingWith(current, ['off']),
  async run([path], { link, screen }) {
    if (path === undefined) throw new SpendError('INVALID_ARGUMENT', 'Say where to: record FILE, or record off.');
    const { recordingTo } = link;
    await link.stopRecording();
    if (path !== 'off') link.record(path);
    screen.note(
      path !== 'off'
        ? `Recording to ${path}.`
        : recordingTo
          ? `Recorded to ${recordingTo}.`
          : 'Nothing was being recorded.',
    );
  },
};

const LEVELS: readonly LoggingLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];

export const logLevelCommand: ShellCommand = {
  name: 'log-level',
  usage: 'LEVEL',
  help: `Least severe log message that the server sends: ${LEVELS.join(', ')}.`,
  complete: (current) => startingWith(current, LEVELS),
  async run([word], { link, screen }) {
    await link.setLogLevel(oneOf(word, ...LEVELS));
    const none = link.connection !== undefined && link.connection.capabilities.logging === undefined;
    screen.note(`Log messages from ${word} on.${none ? ' This server sends none.' : ''}`);
  },
};

export const formatCommand: ShellCommand = {
  name: 'format',
  usage: FORMATS.join('|'),
  help: 'How answers are printed from now on.',
  complete: (current) => startingWith(current, FORMATS),
  run([word], { screen }) {
    screen.format = oneOf<Format>(word, ...FORMATS);
    screen.note(`Answers are printed as ${screen.format}.`);
  },
};
