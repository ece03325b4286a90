import { join, sep } from 'node:path';
import picomatch from 'picomatch';

export interface Glob {
  /** The folder above the first part with a wildcard. */
  root: string;
  /** Whether a file matches, by its path below the root. */
  matches(path: string): boolean;
  /** Whether something below that folder could match. */
  mayHold(folder: string): boolean;
}

export function isGlob(text: string): boolean {
  const { isGlob, negated } = picomatch.scan(text);
  return isGlob || negated;
}

/**
 * Reads an absolute pattern. What it matches may be a folder, of which everything is meant; `*` at its end means files alone.
 * Hidden files match only where the pattern names the dot.
 */
export function globFromPattern(pattern: string): Glob {
  const parts = pattern.split(sep);
  const first = parts.findIndex(isGlob);
  const wild = parts.slice(first).join('/');
  const patterns = wild.endsWith('*') ? [wild] : [wild, `${wild}/**`];
  const matchers = patterns.map((one) => picomatch(one));
  const prefixes = patterns.map(prefixMatcher);
  return {
    root: join('/', ...parts.slice(0, first)),
    matches: (path) => matchers.some((matches) => matches(path)),
    mayHold: (folder) => prefixes.some((mayHold) => mayHold(folder.split('/'))),
  };
}

/** Matches the beginning of a path part by part; a `**`, and a part that holds a slash itself, may stand for anything. */
function prefixMatcher(pattern: string): (parts: readonly string[]) => boolean {
  const { parts: scanned = [] } = picomatch.scan(pattern, { parts: true });
  const parts = scanned.length > 0 ? scanned : [pattern];
  const open = parts.findIndex((part) => part === '**' || part.includes('/'));
  const matchers = parts.slice(0, open < 0 ? parts.length : open).map((part) => picomatch(part));
  return (folder) => {
    if (folder.length > matchers.length && open < 0) return false;
    return folder.slice(0, matchers.length).every((part, index) => matchers[index]?.(part));
  };
}
