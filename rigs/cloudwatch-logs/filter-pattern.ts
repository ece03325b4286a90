/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
import { NotImplementedByDouble } from '../aws/service-error.ts';
import { compileJsonPattern } from './filter-pattern-json.ts';
import { invalidParameter } from './service-error.ts';

export type Matches = (message: string) => boolean;

/** @throws ServiceError, NotImplementedByDouble */
export function compileFilterPattern(pattern: string): Matches {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return compileJsonPattern(text);
  if (text.startsWith('[')) throw new NotImplementedByDouble('filter patterns for space-delimited events');
  return compileTerms(text);
}

interface Term {
  sign: string;
  test: Matches;
}

/** `ERROR "two words" -excluded ?either ?or %regex%`: case sensitive. */
function compileTerms(text: string): Matches {
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))/g)].map(termOf);
  if (terms.length === 0) throw invalidParameter('Invalid filter pattern');
  const required = terms.filter(({ sign }) => sign === '');
  const excluded = terms.filter(({ sign }) => sign === '-');
  const either = terms.filter(({ sign }) => sign === '?');
  return (message) =>
    required.every(({ test }) => test(message)) &&
    !excluded.some(({ test }) => test(message)) &&
    // "?" next to plain terms is ignored, as the documentation warns.
    (either.length === 0 || required.length > 0 || either.some(({ test }) => test(message)));
}

function termOf([, sign = '', phrase, regex, word]: RegExpMatchArray): Term {
  if (regex !== undefined) {
    const expression = new RegExp(regex);
    return { sign, test: (message) => expression.test(message) };
  }
  const part = (phrase ?? word ?? '').replace(/\\(.)/g, '$1').trim();
  return { sign, test: (message) => message.includes(part) };
}
