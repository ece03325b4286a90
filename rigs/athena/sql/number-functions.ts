/** https://trino.io/docs/current/functions/math.html */
import { notImitated } from '../query-error.ts';
import { castSql } from './coerce.ts';
import { type Call, type Compile, sqlFunction, unexpected } from './function-call.ts';
import { arithmetic } from './operators.ts';
import { DOUBLE, isInteger, isNumber } from './types.ts';

export const NUMBER_FUNCTIONS: Readonly<Record<string, Compile>> = {
  abs: sameTypeFunction('abs'),
  ceil: wholeFunction('ceil'),
  floor: wholeFunction('floor'),
  round: (call) => {
    const [value, digits] = call.args;
    if (!value || !isNumber(value.type)) throw unexpected(call);
    if (isInteger(value.type) && !digits) return value;
    if (value.type.kind !== 'double') throw notImitated('round of other types than double');
    return {
      sql: digits ? `round(${value.sql}, CAST(${digits.sql} AS INTEGER))` : `round(${value.sql})`,
      type: DOUBLE,
    };
  },
  mod: (call) => {
    const [left, right] = call.args;
    if (!left || !right) throw unexpected(call);
    return arithmetic({ left, right, ...call }, '%');
  },
  power: sqlFunction([DOUBLE, DOUBLE], DOUBLE, (base, exponent) => `power(${base}, ${exponent})`),
  sqrt: sqlFunction([DOUBLE], DOUBLE, (value) => `sqrt(${value})`),
  is_nan: sqlFunction([DOUBLE], { kind: 'boolean' }, (value) => `isnan(${value})`),
};

function sameTypeFunction(name: string): Compile {
  return (call) => {
    const value = onlyNumber(call);
    return { sql: castSql(`${name}(${value.sql})`, value.type), type: value.type };
  };
}

function wholeFunction(name: string): Compile {
  return (call) => {
    const value = onlyNumber(call);
    if (isInteger(value.type)) return value;
    if (value.type.kind !== 'double') throw notImitated(`${name} of other types than double`);
    return { sql: `${name}(${value.sql})`, type: DOUBLE };
  };
}

function onlyNumber(call: Call) {
  const [value] = call.args;
  if (!value || call.args.length !== 1 || !isNumber(value.type)) throw unexpected(call);
  return value;
}
