import { COUNTER_NAMES, type Counter } from '../domain/usage-class.ts';
import { COUNT_PLACES, type CountPlaces } from './count-table.ts';

export function placesOf(counter: Counter): CountPlaces {
  return COUNT_PLACES[counter];
}

/** Where records state counters themselves. */
export const OWN_FIELDS = COUNTER_NAMES.flatMap((counter) => {
  const { own } = placesOf(counter);
  return own ? [{ counter, holder: own[0], field: own[1] }] : [];
});

/** The fields of bodies that state a counter by itself. */
export function bodyFields(counter: Counter): string[] {
  return Object.values(placesOf(counter).bodies ?? {});
}

/** All fields that state a counter by itself, the record's own first. */
export function fieldsOf(counter: Counter): string[] {
  return [...OWN_FIELDS.filter((own) => own.counter === counter).map(({ field }) => field), ...bodyFields(counter)];
}

/** Counters that OpenAI's details name, and their fields there. */
export const DETAIL_FIELDS = COUNTER_NAMES.flatMap((counter) => {
  const { detail } = placesOf(counter);
  return detail === undefined ? [] : [{ counter, field: detail }];
});
