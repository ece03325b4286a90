import { SpendError } from '../../domain/errors.ts';

/** A line as words, as shells read them: quotes keep spaces, a backslash keeps the next character, JSON keeps its quotes. */
export function splitWords(line: string): string[] {
  const { words, open } = scan(line);
  if (open !== undefined) throw new SpendError('INVALID_ARGUMENT', `The ${open} has no end.`);
  return words;
}

/** The words before the cursor, and the one it is in: what completion works with. */
export function wordsToComplete(line: string): { before: string[]; current: string } {
  const { words } = scan(line);
  const inWord = line !== '' && !/\s$/.test(line);
  return { before: inWord ? words.slice(0, -1) : words, current: inWord ? (words.at(-1) ?? '') : '' };
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

function scan(line: string): { words: string[]; open: string | undefined } {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const brackets: string[] = [];
  for (let index = 0; index < line.length; index++) {
    const character = line[index] as string;
    const inJson = brackets.length > 0;
    if (character === '\\' && quote !== "'" && index + 1 < line.length) {
      word = (word ?? '') + (inJson ? character : '') + line[++index];
    } else if (quote !== undefined) {
      if (character !== quote || inJson) word += character;
      if (character === quote) quote = undefined;
    } else if (character === '"' || (character === "'" && !inJson)) {
      quote = character;
      word = (word ?? '') + (inJson ? character : '');
    } else if (/\s/.test(character) && !inJson) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      // JSON begins where a word or a value does.
      if (character in CLOSING && (inJson || word === undefined || word.endsWith('=')))
        brackets.push(CLOSING[character] as string);
      else if (character === brackets.at(-1)) brackets.pop();
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return { words, open: quote !== undefined ? `quote ${quote}` : brackets.length > 0 ? 'JSON' : undefined };
}
