/** Operators: https://trino.io/docs/current/functions/comparison.html, …/decimal.html, …/math.html */
import { DuckDBDecimalValue } from '@duckdb/node-api';
import { notImitated, QueryError } from '../query-error.ts';
import { castSql, coerced } from './coerce.ts';
import type { Typed } from './environment.ts';
import { type Natives, raising } from './natives.ts';
import {
  asDecimal,
  BOOLEAN,
  commonType,
  DOUBLE,
  duckdbTypeOf,
  INTERVAL,
  isInteger,
  isNumber,
  MOST_DIGITS,
  nameOf,
  type Type,
  VARCHAR,
} from './types.ts';

type Side = { left: Typed; right: Typed; place: string; natives: Natives };

function cannotApply({ left, right, place }: Side, sign: string): QueryError {
  return new QueryError(
    'TYPE_MISMATCH',
    `${place}: Cannot apply operator: ${nameOf(left.type)} ${sign} ${nameOf(right.type)}`,
  );
}

/** @param sign of Trino, for messages @param operator of DuckDB */
export function compare(side: Side, sign: string, operator = sign): Typed {
  const { left, right } = side;
  // Instants compare whatever the zones that they are shown in.
  if (left.type.kind === 'timestamp' && right.type.kind === 'timestamp' && left.type.zone && right.type.zone)
    return { sql: `(${left.sql} ${operator} ${right.sql})`, type: BOOLEAN };
  const common = commonType(left.type, right.type);
  if (!common) throw cannotApply(side, sign);
  if (common.kind === 'json') throw notImitated('comparisons of json');
  const [a, b] = [coerced(left, common), coerced(right, common)];
  return { sql: `(${a?.sql} ${operator} ${b?.sql})`, type: BOOLEAN };
}

export function arithmetic(side: Side, sign: '+' | '-' | '*' | '/' | '%'): Typed {
  const { left, right } = side;
  const moment = momentArithmetic(side, sign);
  if (moment) return moment;
  const common = commonType(left.type, right.type);
  if (!common || !(isNumber(common) || common.kind === 'unknown')) throw cannotApply(side, sign);
  if (common.kind === 'double')
    return { sql: `(${castSql(left.sql, DOUBLE)} ${sign} ${castSql(right.sql, DOUBLE)})`, type: DOUBLE };
  if (isInteger(common)) return integerArithmetic(side, sign, common);
  if (common.kind === 'decimal') return decimalArithmetic(side, sign);
  throw notImitated(`arithmetic with ${nameOf(common)}`);
}

function integerArithmetic({ left, right, natives }: Side, sign: string, type: Type): Typed {
  const [a, b] = [castSql(left.sql, type), castSql(right.sql, type)];
  if (sign !== '/' && sign !== '%') return { sql: castSql(`(${a} ${sign} ${b})`, type), type };
  const sql = `(${a} ${sign === '/' ? '//' : '%'} ${b})`;
  return { sql: unlessZero(b, sql, type, natives), type };
}

function unlessZero(divisor: string, sql: string, type: Type, natives: Natives): string {
  const fails = raising(natives, 'DIVISION_BY_ZERO', 'Division by zero', duckdbTypeOf(type));
  return `CASE WHEN ${divisor} = 0 THEN ${fails} ELSE ${sql} END`;
}

function decimalArithmetic({ left, right, natives }: Side, sign: string): Typed {
  const [a, b] = [asDecimal(left.type), asDecimal(right.type)];
  const [x, y] = [castSql(left.sql, a), castSql(right.sql, b)];
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  const result = (precision: number, scale: number) => ({
    kind: 'decimal' as const,
    precision: Math.min(MOST_DIGITS, precision),
    scale,
  });
  switch (sign) {
    case '+':
    case '-': {
      const scale = Math.max(a.scale, b.scale);
      const type = result(whole + scale + 1, scale);
      return { sql: castSql(`(${castSql(x, type)} ${sign} ${castSql(y, type)})`, type), type };
    }
    case '*': {
      const type = result(a.precision + b.precision, a.scale + b.scale);
      return { sql: castSql(`(${x} * ${y})`, type), type };
    }
    case '/': {
      const scale = Math.max(a.scale, b.scale);
      const type = result(a.precision + b.scale + Math.max(b.scale - a.scale, 0), scale);
      const args = [
        { sql: x, type: a },
        { sql: y, type: b },
      ];
      return { sql: natives.call('divide', args, type, (p, q) => divideDecimals(p, q, type)), type };
    }
  }
  throw notImitated(`${sign} of decimals`);
}

/** Halves are rounded away from zero. */
function divideDecimals(
  dividend: DuckDBDecimalValue,
  divisor: DuckDBDecimalValue,
  type: { precision: number; scale: number },
): DuckDBDecimalValue {
  if (divisor.value === 0n) throw new QueryError('DIVISION_BY_ZERO', 'Division by zero');
  const numerator = dividend.value * 10n ** BigInt(type.scale + divisor.scale - dividend.scale);
  const size = (2n * absolute(numerator) + absolute(divisor.value)) / (2n * absolute(divisor.value));
  const isNegative = numerator < 0n !== divisor.value < 0n;
  return new DuckDBDecimalValue(isNegative ? -size : size, type.precision, type.scale);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** A date or timestamp, and an interval. */
function momentArithmetic({ left, right }: Side, sign: string): Typed | undefined {
  const isMoment = ({ type }: Typed) => type.kind === 'timestamp' || type.kind === 'date';
  if (right.type.kind !== 'interval' && left.type.kind !== 'interval') return undefined;
  const [moment, interval] = isMoment(left) ? [left, right] : [right, left];
  if (!isMoment(moment) || interval.type !== INTERVAL || !(sign === '+' || (sign === '-' && moment === left)))
    throw notImitated('such arithmetic with intervals');
  return { sql: castSql(`(${moment.sql} ${sign} ${interval.sql})`, moment.type), type: moment.type };
}

export function concatenate(values: readonly Typed[], place: string): Typed {
  const [first] = values;
  if (first?.type.kind === 'array') {
    const type = values.map((value) => value.type).reduce((a, b) => commonType(a, b) ?? failConcat(values, place));
    return { sql: `(${values.map((value) => coerced(value, type)?.sql).join(' || ')})`, type };
  }
  if (values.some(({ type }) => type.kind !== 'varchar' && type.kind !== 'unknown')) failConcat(values, place);
  return { sql: `(${values.map((value) => coerced(value, VARCHAR)?.sql).join(' || ')})`, type: VARCHAR };
}

function failConcat(values: readonly Typed[], place: string): never {
  const types = values.map(({ type }) => nameOf(type)).join(', ');
  throw new QueryError(
    'FUNCTION_NOT_FOUND',
    `${place}: Unexpected parameters (${types}) for function concat. Expected: concat(char(x), char(y)), concat(array(E), E) E, concat(E, array(E)) E, concat(array(E)) E, concat(varchar), concat(varbinary)`,
  );
}
