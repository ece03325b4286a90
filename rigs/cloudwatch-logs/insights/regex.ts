import type { Span } from './ast.ts';
import { breaksRule } from './compile-error.ts';

/**
 * AWS matches with Hyperscan (older text of CWL_QuerySyntax) and RE2 (regexReplace). ECMAScript is
 * near, with two differences that queries meet: flags stand anywhere as `(?i)`, and names as `(?P<x>`.
 */
export function toRegExp(source: string, span: Span): RegExp {
  const flags = new Set<string>();
  const body = source.replace(/\(\?P</g, '(?<').replace(/\(\?([ims]+)\)/g, (_, letters: string) => {
    for (const letter of letters) flags.add(letter);
    return '';
  });
  try {
    return new RegExp(body, [...flags].join(''));
  } catch (error) {
    throw breaksRule(`invalid regular expression: ${(error as Error).message}`, span);
  }
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
