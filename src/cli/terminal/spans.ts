import { styleText } from 'node:util';
import { cleanText } from './clean-text.ts';

const STYLES = {
  heading: ['bold', 'cyan'],
  strong: ['bold'],
  faint: ['dim'],
  good: ['green'],
  warning: ['yellow'],
  error: ['red'],
} as const;

/** A piece of text and how it looks. Colours are added only when it is shown, so text can bring none of its own. */
export type Span = string | { text: string; style: keyof typeof STYLES };

export const styled = (style: keyof typeof STYLES, text: string): Span => ({ text, style });

/** What goes to the terminal: the texts cleaned, with our colours if there are any. */
export function textFromSpans(spans: readonly Span[], colours: boolean): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return cleanText(span);
      const text = cleanText(span.text);
      return colours && text !== '' ? styleText([...STYLES[span.style]], text, { validateStream: false }) : text;
    })
    .join('');
}

/** @see https://no-color.org */
export function wantsColours(stream: NodeJS.WriteStream, asked: boolean | undefined): boolean {
  if (asked === false) return false;
  return stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
}
