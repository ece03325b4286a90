import type { Value } from './values.ts';

/** A log event, as queries see it. */
export interface EventFields {
  /** Fields that AWS adds, and those that it discovers. */
  readonly fields: ReadonlyMap<string, Value>;
  /** The record's `@ptr`. */
  readonly pointer: string;
  /** The event has more fields than were discovered. */
  readonly partial: boolean;
}

/** One log event in a query, or one line of what `stats` made of them. */
export interface Row {
  /** None after `stats`. */
  readonly event: EventFields | undefined;
  /** Of the fields that the query made, by their places in its scope. */
  readonly values: Value[];
}
