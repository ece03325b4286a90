import { stripVTControlCharacters } from 'node:util';

/** Controls but tab and newline, and marks that turn the direction of text, so that it reads otherwise than it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const UNSAFE = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/g;

/** Text from elsewhere that a terminal shows and does not obey. */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replaceAll(UNSAFE, '');
}

const LINE_BREAKS = /\r\n?|[\v\f\u0085\u2028\u2029]/g;

/** Text from elsewhere among our own lines: what follows its first line is indented, so that none of it passes for a prompt. */
export function indentedText(text: string): string {
  return cleanText(text.replaceAll(LINE_BREAKS, '\n')).trim().replaceAll('\n', '\n  ');
}

/** Text from elsewhere within a line of ours. */
export function inlineText(text: string): string {
  return cleanText(text.replaceAll(LINE_BREAKS, '\n').replaceAll(/\s+/g, ' ')).trim();
}

/** JSON that means the same and holds nothing a terminal obeys. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
