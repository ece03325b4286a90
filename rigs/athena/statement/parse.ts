/** What a statement is, and its tree. */
import { parse } from '@polyglot-sql/sdk';
import { invalidRequest } from '../service-error.ts';
import { translate } from '../sql/translate.ts';
import type { Node } from './ast.ts';

export type Statement = {
  text: string;
  /** `SELECT`, `CREATE_TABLE`, … */
  substatement: string;
} & ({ type: 'DDL'; tree: Node } | { type: 'DML' /** For DuckDB. */; sql: string });

const SUBSTATEMENTS: readonly (readonly [RegExp, string])[] = [
  [/^create\s+(?:database|schema)\b/i, 'CREATE_DATABASE'],
  [/^create\s+external\s+table\b/i, 'CREATE_TABLE'],
  [/^drop\s+table\b/i, 'DROP_TABLE'],
];

/** Words that a statement can begin with, as AWS's own error lists them; a parenthesis or these begin a query. */
const BEGINNING =
  /^(?:\(|(?:SELECT|WITH|VALUES|TABLE|ALTER|ANALYZE|CALL|COMMENT|COMMIT|CREATE|DEALLOCATE|DELETE|DENY|DESC|DESCRIBE|DROP|EXECUTE|EXPLAIN|GRANT|INSERT|MERGE|PREPARE|REFRESH|RESET|REVOKE|ROLLBACK|SET|SHOW|START|TRUNCATE|UNLOAD|UPDATE|USE)\b)/i;

/**
 * Athena reads a statement before it takes the query on: https://github.com/aoyagikouhei/athena-local (README, "Recorded").
 * @throws ServiceError
 */
export function parseStatement(text: string): Statement {
  const start = text.replace(/^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
  const substatement = SUBSTATEMENTS.find(([pattern]) => pattern.test(start))?.[1];
  if (!BEGINNING.test(start)) throw malformed(text, { errorStart: text.length - start.length });
  if (!substatement) {
    const translation = translate(text);
    if (!('sql' in translation)) throw malformed(text, translation);
    return { text, type: 'DML', substatement: 'SELECT', sql: only(translation.sql, text) };
  }
  const result = parse(text, 'hive' as Parameters<typeof parse>[1]);
  if (!result.success) throw malformed(text, result);
  return { text, type: 'DDL', substatement, tree: only((result.ast ?? []) as unknown as Node[], text) };
}

function only<T>(statements: readonly T[], text: string): T {
  const [statement] = statements;
  if (statement === undefined) throw invalidRequest("line 1:1: mismatched input '<EOF>'", 'MALFORMED_QUERY');
  if (statements.length > 1) throw invalidRequest(`Only one sql statement is allowed. Got: ${text}`, 'INVALID_INPUT');
  return statement;
}

/** What was expected instead is left out: the parser is another. */
function malformed(text: string, { errorStart }: { errorStart?: number }): Error {
  const offset = errorStart ?? text.length;
  const before = text.slice(0, offset).split('\n');
  const place = `line ${before.length}:${(before.at(-1) ?? '').length + 1}`;
  const found = /^\W|^\w+/.exec(text.slice(offset))?.[0] ?? '<EOF>';
  return invalidRequest(`${place}: mismatched input '${found}'`, 'MALFORMED_QUERY');
}
