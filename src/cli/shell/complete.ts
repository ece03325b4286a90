import type { Shell, ShellCommand } from './command.ts';
import { choicesOf, type InputSchema, typesOf } from './tool-input.ts';
import { wordsToComplete } from './words.ts';

export function startingWith(current: string, candidates: readonly string[]): string[] {
  return candidates.filter((candidate) => candidate.startsWith(current));
}

/** What the word at the cursor could become, in the form that readline wants: proposals, and the word they replace. */
export async function completeLine(
  line: string,
  commands: readonly ShellCommand[],
  shell: Shell,
): Promise<[string[], string]> {
  const { before, current } = wordsToComplete(line);
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => word === before[index]));
  if (command !== undefined) {
    const rest = before.slice(command.name.split(' ').length);
    const proposals = (await command.complete?.(current, rest, shell)) ?? [];
    // A value goes on after its "=", a key after its ".", a finished word does not.
    return [proposals.map((proposal) => (/[=.]$/.test(proposal) ? proposal : `${proposal} `)), current];
  }
  const next = commands.flatMap(({ name }) => {
    const words = name.split(' ');
    return before.every((word, index) => word === words[index]) ? (words[before.length] ?? []) : [];
  });
  return [startingWith(current, [...new Set(next)]).map((word) => `${word} `), current];
}

/** `NAME=` for what is not given yet, then the values that the schema lists. */
export function completeInput(current: string, given: readonly string[], { properties = {} }: InputSchema): string[] {
  const at = current.indexOf('=');
  if (at < 0) {
    const names = Object.keys(properties).filter((name) => !given.some((word) => word.startsWith(`${name}=`)));
    return startingWith(
      current,
      names.map((name) => `${name}=`),
    );
  }
  const name = current.slice(0, at);
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (property === undefined) return [];
  // The last of a list, after those that are there.
  const lead = current.slice(
    0,
    typesOf(property).includes('array') ? Math.max(at, current.lastIndexOf(',')) + 1 : at + 1,
  );
  return startingWith(
    current,
    choicesOf(property).map((value) => `${lead}${String(value)}`),
  );
}
