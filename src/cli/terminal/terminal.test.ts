import { describe, expect, it } from 'vitest';
import { cleanJson, cleanText, indentedText, inlineText } from './clean-text.ts';
import { csvFromData } from './data-table.ts';
import { imageProtocol, inlineImage } from './inline-image.ts';
import { styled, textFromSpans } from './spans.ts';
import { highlighted, table } from './tables.ts';

describe('text from elsewhere', () => {
  it.each([
    ['colours', '\u001B[31mred\u001B[0m', 'red'],
    ['a new window title', '\u001B]0;owned\u0007text', 'text'],
    ['the clipboard', '\u001B]52;c;ZXZpbA==\u0007text', 'text'],
    ['an escape that is only begun', 'a\u001Bb', 'ab'],
    ['8-bit controls', 'a\u009B31mb', 'ab'],
    ['a line written over', 'safe\revil', 'safeevil'],
    ['turned text', 'a\u202Eb\u2066c\u200F', 'abc'],
    ['bells and deletions', 'a\u0007\u0008\u007Fb', 'ab'],
  ])('brings no %s', (_, dirty, clean) => {
    expect(cleanText(dirty)).toBe(clean);
  });

  it.each(['\n', '\r\n', '\r', '\u000B', '\f', '\u0085', '\u2028', '\u2029'])(
    'among our lines begins none of them, however it breaks its own: %j',
    (lineBreak) => {
      const text = `It broke.${lineBreak}server 2025 0a1b2c3d> quit\u001B[1A${lineBreak}`;
      expect(indentedText(text)).toBe('It broke.\n  server 2025 0a1b2c3d> quit');
      expect(inlineText(text)).toBe('It broke. server 2025 0a1b2c3d> quit');
    },
  );

  it('keeps lines, tabs and other scripts', () => {
    expect(cleanText('a\r\n\tb é 漢 🔑')).toBe('a\n\tb é 漢 🔑');
  });

  it('is the same as JSON, only harmless', () => {
    const value = { text: '\u001B[31m \u009B \u202E é' };
    for (const mark of ['\u001B', '\u009B', '\u202E']) expect(cleanJson(value)).not.toContain(mark);
    expect(JSON.parse(cleanJson(value))).toEqual(value);
  });

  it('is cleaned inside of our colours too', () => {
    expect(textFromSpans([styled('error', 'no\u001B[0m')], true)).toBe('\u001B[31mno\u001B[39m');
    expect(textFromSpans([styled('error', 'no')], false)).toBe('no');
  });
});

describe('tables', () => {
  it('line their columns up', () => {
    expect(
      textFromSpans(
        table(
          ['a', 'b'],
          [
            ['long', '1'],
            ['x', 'two\nlines'],
          ],
        ),
        false,
      ),
    ).toBe('a     b\nlong  1\nx     two lines');
  });

  it('are found in a tool’s text: headings and totals stand out, prose does not', () => {
    const text = 'Spend by model\n\nmodel  cost\nopus   $1\ntotal  $1\n\nNote: x';
    expect(highlighted(text).filter((span) => typeof span !== 'string')).toEqual([
      styled('heading', 'model  cost'),
      styled('strong', 'total  $1'),
      styled('warning', 'Note: x'),
    ]);
    expect(textFromSpans(highlighted(text), false)).toBe(text);
  });
});

describe('CSV of any data', () => {
  it.each<[string, unknown, string]>([
    [
      'rows',
      { period: {}, rows: [{ key: { model: 'a' }, n: 1 }, { key: { day: 'x,y' } }] },
      'key.model,n,key.day\na,1,\n,,"x,y"\n',
    ],
    ['one object', { a: 'say "hi"', b: [1, 2] }, 'a,b\n"say ""hi""","[1,2]"\n'],
    ['a value', 5, 'value\n5\n'],
    ['an array', [{ a: null }], 'a\nnull\n'],
  ])('%s', (_, data, csv) => {
    expect(csvFromData(data)).toBe(csv);
  });
});

describe('images', () => {
  it.each([
    [{ TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    [{ TERM_PROGRAM: 'WezTerm' }, 'iterm'],
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM_PROGRAM: 'ghostty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app', TMUX: '/tmp/x' }, undefined],
    [{ TERM: 'xterm-256color' }, undefined],
  ])('in %j are shown by %s', (env, protocol) => {
    expect(imageProtocol(env)).toBe(protocol);
  });

  it('reach kitty in pieces, and only as PNG', () => {
    const shown = inlineImage('kitty', Buffer.alloc(4000), 'image/png') as string;
    expect(shown.split('\u001B_G')).toHaveLength(3);
    expect(shown.startsWith('\u001B_Ga=T,f=100,m=1;')).toBe(true);
    expect(inlineImage('kitty', Buffer.alloc(4), 'image/jpeg')).toBeUndefined();
  });
});
