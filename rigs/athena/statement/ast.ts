/** The trees of @polyglot-sql/sdk: each node is an object with one key, its kind, whose value is its body. */
import { notImitated } from '../errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: the package's own types are of all dialects' nodes; `only` checks bodies
export type Body = Record<string, any>;
export type Node = Record<string, Body>;

export function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? 'nothing';
}

export function bodyOf(node: Node): Body {
  return Object.values(node)[0] ?? {};
}

const NOT_MEANING =
  /comments|^span$|^original_name$|^inferred_type$|^name$|_text$|^alias_explicit_as$|^alias_keyword$|^alias_first$|^nested$/;

/**
 * Every member that says something must be known: what a compiler did not look at would silently be left out.
 * @throws QueryError
 */
export function only(kind: string, body: Body, known: readonly string[]): void {
  for (const [member, value] of Object.entries(body)) {
    if (known.includes(member) || NOT_MEANING.test(member) || saysNothing(value)) continue;
    throw notImitated(`${member} of ${kind}`);
  }
}

function saysNothing(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === false ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0)
  );
}
