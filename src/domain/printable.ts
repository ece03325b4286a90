/**
 * What shows nothing and does something: control, direction and zero-width characters, line and paragraph separators, what Unicode says
 * to ignore (variation selectors, tags, Hangul fillers), the blank Braille pattern, halves of characters and private ones. Terminals
 * act on some of them, and models read what people cannot see.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Cs}\p{Co}\u2800\uFFFE\uFFFF]/gu;

/** A text that a terminal, a log and a model can be shown: what is invisible is made visible, lines stay. */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (character) => (character === '\n' ? character : '\uFFFD'));
}

/** The same, on one line. */
export function printableLine(text: string): string {
  return text.replace(INVISIBLE, '\uFFFD');
}

/** The beginning of a text that is longer than so many characters, and a sign that it is; no character is cut in half. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/\p{Cs}$/u, '')}…` : text;
}

/** An entry of a log: its further lines are indented, so that none can pass for an entry of its own. */
export function logEntry(text: string): string {
  return printable(text).replaceAll('\n', '\n  ');
}

/** JSON for people's eyes: what is invisible is written as an escape, so that the data are the same and the terminal is safe. */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(INVISIBLE, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, unit) => escaped(character, unit)).join(''),
  );
}

function escaped(text: string, unit: number): string {
  return `\\u${text.charCodeAt(unit).toString(16).padStart(4, '0')}`;
}
