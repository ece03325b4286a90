/** https://trino.io/docs/current/language/types.html */
import { notImitated, QueryError } from '../query-error.ts';
import type { Body } from './ast.ts';
import { microsOf } from './casts.ts';
import { castSql } from './coerce.ts';
import type { Typed } from './environment.ts';
import { BIGINT, DATE, DOUBLE, INTEGER, type Type } from './types.ts';

export function literal({ literal_type: kind, value }: Body): Typed {
  switch (kind) {
    case 'string':
      return { sql: `CAST(${textSql(value)} AS VARCHAR)`, type: { kind: 'varchar', length: [...value].length } };
    case 'number':
      return number(value);
    case 'date':
      microsOf(value, () => invalidLiteral('date', value));
      return { sql: castSql(`'${value}'`, DATE), type: DATE };
    case 'timestamp':
      return timestamp(value);
  }
  throw notImitated(`literals of the kind ${kind}`);
}

function textSql(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const MOST_INTEGER = 2n ** 31n - 1n;
const MOST_BIGINT = 2n ** 63n - 1n;

function number(text: string): Typed {
  if (/e/i.test(text)) return { sql: castSql(text, DOUBLE), type: DOUBLE };
  const [whole = '', fraction] = text.split('.');
  if (fraction !== undefined) {
    const digits = `${whole.replace(/^0+/, '')}${fraction}`;
    const type: Type = { kind: 'decimal', precision: Math.max(digits.length, 1), scale: fraction.length };
    return { sql: castSql(`'${text}'`, type), type };
  }
  const value = BigInt(whole);
  if (value > MOST_BIGINT) throw new QueryError('SYNTAX_ERROR', `Invalid numeric literal: ${text}`);
  const type = value > MOST_INTEGER ? BIGINT : INTEGER;
  return { sql: castSql(text, type), type };
}

/** As fine as it is written: `2026-10-01 00:00:00` has no fraction when it is printed. */
function timestamp(text: string): Typed {
  const isInstant = / UTC$/.test(text);
  const plain = text.replace(/ UTC$/, '');
  if (/[A-Za-z]|[+-]\d\d:\d\d$/.test(plain)) throw notImitated('timestamps in other time zones than UTC');
  const precision = /\.(\d+)$/.exec(plain)?.[1]?.length ?? 0;
  if (precision > 3) throw notImitated('timestamps finer than milliseconds');
  const micros = microsOf(plain, () => invalidLiteral('timestamp', text));
  return {
    sql: `epoch_ms(CAST(${micros / 1000n} AS BIGINT))`,
    type: { kind: 'timestamp', precision, ...(isInstant && { zone: 'UTC' }) },
  };
}

function invalidLiteral(kind: string, text: string): QueryError {
  return new QueryError('INVALID_LITERAL', `'${text}' is not a valid ${kind} literal`);
}
