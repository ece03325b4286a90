import { isText, type Span, visitMembers } from '../json-bytes.ts';

/** It is no record and was never meant to be one, so it is not malformed either. */
export const STEPPED_OVER = Symbol('stepped over');

/** Where the record may be: its bytes, or several guesses; undefined: this is another format. */
export type Unwrapped = readonly Buffer[] | typeof STEPPED_OVER | undefined;

/** Columns of query results without the message, by their names. */
export type Columns = Set<string>;

/** One way in which records are wrapped. What is wrapped stays bytes. */
export interface RecordFormat {
  /** @param bytes a line of text or one JSON value  @param columns to tell of results that have no message */
  unwrap(bytes: Buffer, columns: Columns): Unwrapped;
}

/** The values of the named members of an object, each where its last one is; undefined when the bytes are no object. */
export function valuesOf(bytes: Buffer, names: readonly Buffer[]): (Span | undefined)[] | undefined {
  const values: (Span | undefined)[] = names.map(() => undefined);
  const isObject = visitMembers(bytes, (name, value) => {
    const index = names.findIndex((text) => isText(bytes, name, text));
    if (index >= 0) values[index] = value;
  });
  return isObject ? values : undefined;
}

/** Names of columns are no values of a log, but whoever wrote the query chose them. */
const MOST_NAME = 60;
const MOST_COLUMNS = 20;

/** Notes a column by its name. */
export function addColumn(columns: Columns, name: Buffer): void {
  if (columns.size < MOST_COLUMNS) columns.add(name.toString('utf8', 0, MOST_NAME));
}
