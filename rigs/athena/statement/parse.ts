/** What a statement is, and what it is run as. */

import { invalidRequest } from '../errors.ts';
import { parse } from '../polyglot.ts';
import { type Step, translate } from '../sql/translate.ts';
import type { Node } from './ast.ts';

export type Statement = { text: string } & ({ type: 'DDL'; tree: Node } | { type: 'DML'; steps: readonly Step[] });

/** Words that a statement can begin with, as AWS's own error lists them; a parenthesis or these begin a query. */
const BEGINNING =
  /^\s*(?:\(|(?:SELECT|WITH|VALUES|TABLE|ALTER|ANALYZE|CALL|COMMENT|COMMIT|CREATE|DEALLOCATE|DELETE|DENY|DESC|DESCRIBE|DROP|EXECUTE|EXPLAIN|GRANT|INSERT|MERGE|PREPARE|REFRESH|RESET|REVOKE|ROLLBACK|SET|SHOW|START|TRUNCATE|UNLOAD|UPDATE|USE)\b)/i;

/**
 * Athena reads a statement before it takes the query on: https://github.com/aoyagikouhei/athena-local (README, "Recorded").
 * @throws ServiceError
 */
export function parseStatement(text: string): Statement {
  if (!BEGINNING.test(text)) throw malformed(text, { errorStart: text.length - text.trimStart().length });
  if (/^\s*(?:create|drop)\b/i.test(text)) {
    const result = parse(text, 'hive' as Parameters<typeof parse>[1]);
    if (!result.success) throw malformed(text, result);
    return { text, type: 'DDL', tree: theOnly((result.ast ?? []) as unknown as Node[], text) };
  }
  const translation = translate(text);
  if (!('steps' in translation)) throw malformed(text, translation);
  return { text, type: 'DML', steps: translation.steps.map(({ name, sql }) => ({ name, sql: theOnly(sql, text) })) };
}

function theOnly<T>(statements: readonly T[], text: string): T {
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
