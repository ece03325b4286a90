/** Athena's SQL as DuckDB's: a third party translates (https://github.com/tobilg/polyglot). */
import { transpile as polyglot } from '../polyglot.ts';
import { KEPT } from './functions.ts';

/** One of the queries of a WITH, or the one that ends a statement. */
export interface Step<Sql = string> {
  name: string | undefined;
  sql: Sql;
}

/** What was translated: most steps of our queries are the same each time. */
const translated = new Map<string, string[]>();

/** The steps of a statement, or where it is malformed. A step that holds several statements is several texts. */
export function translate(text: string): { steps: Step<string[]>[] } | { errorStart?: number } {
  const steps = stepsOf(text).map(({ name, sql }) => ({ name, sql: translated.get(sql) ?? transpile(sql) }));
  if (steps.every(({ sql }) => sql)) return { steps: steps as Step<string[]>[] };
  const { errorStart } = polyglot(text, ...DIALECTS);
  return errorStart === undefined ? {} : { errorStart };
}

// Names of dialects are an enumeration in the types alone.
const DIALECTS = ['trino' as never, 'duckdb' as never, { unsupportedLevel: 'raise' }] as const;

function transpile(text: string): string[] | undefined {
  const kept = text.replace(TOKENS, (token) => KEPT[token.toLowerCase()] ?? token);
  const { success, sql } = polyglot(kept, ...DIALECTS);
  if (!success || !sql) return undefined;
  translated.set(text, sql);
  return sql;
}

/** Texts, comments, names before a parenthesis, and parentheses. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\b[a-z]\w*(?=\s*\()|[()]/gi;
const NAMED = /\s*(?:with\s+|,\s*)(\w+)\s+as\s*\(/iy;

/** A WITH that is written otherwise stays whole, and is refused later. */
function stepsOf(text: string): Step[] {
  const steps: Step[] = [];
  let position = 0;
  for (;;) {
    NAMED.lastIndex = position;
    const name = NAMED.exec(text)?.[1];
    if (!name) return [...steps, { name: undefined, sql: text.slice(position) }];
    const start = NAMED.lastIndex;
    const end = closing(text, start);
    if (end === undefined) return [{ name: undefined, sql: text }];
    steps.push({ name: name.toLowerCase(), sql: text.slice(start, end) });
    position = end + 1;
  }
}

/** Where the parenthesis closes that was opened before. */
function closing(text: string, start: number): number | undefined {
  let depth = 1;
  for (const { 0: token, index } of text.slice(start).matchAll(TOKENS)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0) return start + index;
  }
  return undefined;
}
