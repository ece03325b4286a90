import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { SpendError } from '../../domain/errors.ts';
import { indentedText } from '../terminal/clean-text.ts';
import { styled } from '../terminal/spans.ts';
import type { Shell, ShellCommand } from './command.ts';
import { splitWords } from './words.ts';

/** Runs one line. @returns whether it did what it was to do */
export async function runLine(
  line: string,
  commands: readonly ShellCommand[],
  shell: Shell,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const words = splitWords(line);
    if (words.length === 0 || words[0]?.startsWith('#')) return true;
    const command = findCommand(words, commands);
    await command.run(words.slice(command.name.split(' ').length), shell, signal);
    return true;
  } catch (error) {
    if (signal.aborted) shell.screen.note(styled('warning', 'Cancelled: the server has been told to stop.'));
    else shell.screen.note(styled('error', indentedText(messageOf(error))));
    return false;
  }
}

function findCommand(words: readonly string[], commands: readonly ShellCommand[]): ShellCommand {
  const found = commands.find(({ name }) => name.split(' ').every((word, index) => word === words[index]));
  if (found) return found;
  const kindred = commands.filter(({ name }) => name.startsWith(`${words[0]} `)).map(({ name }) => name);
  throw new SpendError(
    'INVALID_ARGUMENT',
    kindred.length > 0 ? `Say one of: ${kindred.join(', ')}.` : `There is no command "${words[0]}". "help" shows all.`,
  );
}

function messageOf(error: unknown): string {
  if (error instanceof ProtocolError && error.code === ProtocolErrorCode.MethodNotFound)
    return 'The server has nothing that does this.';
  if (error instanceof ProtocolError) return `The server says: ${error.message} (${error.code})`;
  return (error as Error).message;
}
