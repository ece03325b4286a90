/** A stretch of time that a query covers. */
export interface Slice {
  /** Epoch milliseconds; `from` inclusive, `to` exclusive. */
  from: number;
  to: number;
}

/** Tells records from other lines by their text, wherever the name stands: of which lines, a query then looks at closer. */
const MENTION = '@message like /"schemaType":\\s*"ModelInvocationLog"/';

/** A query covers whole seconds, both ends included; this cuts to the millisecond. */
export function sliceLine({ from, to }: Slice): string {
  return `filter toMillis(@timestamp) >= ${from} and toMillis(@timestamp) < ${to} and ${MENTION}`;
}

/** For results that are full: whole seconds, as queries are cut by them. */
export function halvesOf({ from, to }: Slice): [Slice, Slice] {
  const middle = Math.floor((from + to) / 2 / 1000) * 1000;
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}
