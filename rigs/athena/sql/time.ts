/** Dates and times: https://trino.io/docs/current/functions/datetime.html */
import type { Typed } from './environment.ts';

/** A timestamp as it is shown: of an instant, in its zone. */
export function localTime({ sql, type }: Typed): string {
  if (type.kind !== 'timestamp' || !type.zone || type.zone === 'UTC') return sql;
  return `timezone('${type.zone}', timezone('UTC', ${sql}))`;
}

/** The instant of what a zone's clock shows. */
export function instantOf(localSql: string, zone: string): string {
  return zone === 'UTC' ? localSql : `timezone('UTC', timezone('${zone}', ${localSql}))`;
}

/** Names of zones go into SQL: only those that there are. */
export function isZone(zone: string): boolean {
  try {
    return /^[A-Za-z][\w+/-]*$/.test(zone) && new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
